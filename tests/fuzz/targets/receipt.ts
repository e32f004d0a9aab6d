import assert from "node:assert/strict";
import { readLock, readProgramExit, readReceipt } from "../../../src/step/protocol/receive.ts";
import { Reply } from "../../../src/transfer/receiver/reply.ts";
import { pathBytes } from "../../../src/path_bytes.ts";
import corpus from "../corpus/receipt.json" with { type: "json" };
import { cutAt, cuts, linesOf, number, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

interface Input {
  readonly said: string;
  readonly cuts: number[];
}

const digest = fc.oneof(fc.constantFrom("-", "0".repeat(64), "F".repeat(64)), text);
const receipt = fc.tuple(number, number, digest).map((words) => `receipt ${words.join(" ")}`);
const locked = fc.tuple(text, fc.constantFrom("writing", "cut", "done", ""), text, text)
  .map((words) => `locked ${words.join(" ")}`);
const other = fc.oneof(
  number.map((code) => `program-exit ${code}`),
  fc.constantFrom("ready", "over", "receipt", "locked "),
);

export const receiptTarget: Target<Input> = {
  name: "receipt",
  claim: "the last words of a receiver have valid numbers, however they are cut, or are ignored",
  inputs: fc.record({ said: linesOf(receipt, locked, other), cuts }),
  check({ said, cuts }) {
    const bytes = pathBytes(said);
    const [whole, pieces] = [new Reply(), new Reply()];
    whole.stdout(bytes);
    for (const piece of cutAt(bytes, cuts)) pieces.stdout(piece);
    assert.equal(pieces.out, whole.out);
    const receipt = readReceipt(whole.out);
    if (receipt !== undefined) {
      // "-" if it had nothing to verify: equal to no number.
      for (const count of [receipt.files, receipt.bytes]) {
        assert.ok(Number.isSafeInteger(count) && count >= 0 || Number.isNaN(count), `${count}`);
      }
      assert.match(receipt.digest, /^([0-9a-f]{64}|-)$/);
    }
    const code = readProgramExit(whole.out) ?? 0;
    assert.ok(Number.isInteger(code) && code >= 0 && code <= 999, `exit code ${code}`);
    const lock = readLock(said);
    if (lock === undefined) return;
    assert.match(lock.upload, /^([a-z0-9]{10}|-)$/);
    assert.ok(["writing", "cut", "done"].includes(lock.state));
    if (lock.run !== undefined) assert.match(lock.run.name, /^[a-z0-9.-]{1,253}$/);
  },
  corpus,
  runs: 10_000,
};
