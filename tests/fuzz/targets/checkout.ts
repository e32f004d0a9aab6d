import assert from "node:assert/strict";
import { pathBytes } from "../../../src/path_bytes.ts";
import { readCheckedOut, readTracked } from "../../../src/step/protocol/checkout.ts";
import { planUpload } from "../../../src/transfer/plan.ts";
import { linesOf, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

interface Input {
  readonly said: string;
  readonly tracked: string[];
}

const hash = fc.oneof(fc.constantFrom("0".repeat(40), "f".repeat(64), "F".repeat(40)), text);
const head = hash.map((one) => `head ${one}`);
const result = hash.map((one) => `result ${one}`);
const path = fc.oneof(fc.constantFrom("a", "a/b", "../a", "/a", "a//b", "a/../../b", "."), text);

export const checkoutTarget: Target<Input> = {
  name: "checkout",
  claim: "a clone's commit is a whole hash, and no file that its git lists leads out when removed",
  inputs: fc.record({ said: linesOf(head, result), tracked: fc.array(path) }),
  async check({ said, tracked }) {
    const { commit } = readCheckedOut(said);
    if (commit !== undefined) assert.match(commit, /^([0-9a-f]{40}|[0-9a-f]{64})$/);
    const removed = readTracked(pathBytes(tracked.map((path) => `${path}\0`).join("")));
    const { remove, removeIfEmpty } = await planUpload({
      entries: [],
      listing: {
        gzip: true,
        pulses: true,
        sha256sum: true,
        linksOnly: false,
        entries: new Map(),
      },
      digest: () => undefined,
      packed: new Map(),
      verified: new Set(),
      deletes: "never",
      onTop: { removed },
    });
    for (const path of [...remove, ...removeIfEmpty]) {
      assert.doesNotMatch(path, /^\/|(^|\/)(\.\.?|)(\/|$)|[\0\n]/);
    }
  },
  corpus: [],
  runs: 3_000,
};
