import assert from "node:assert/strict";
import { parseRemoteListing } from "../../../src/step/protocol/listing.ts";
import { pieces } from "../../support/pieces.ts";
import { assertBelow, assertCount, orRefused } from "../asserts.ts";
import corpus from "../corpus/listing.json" with { type: "json" };
import { linesOf, number, path, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

const mode = fc.oneof(fc.constantFrom("81a4", "41ed", "a1ff", "11a4", "0", "zz"), text);
const entry = fc.tuple(mode, number, number, number, path).map((words) => words.join(" "));
const word = fc.constantFrom("gzip", "sha256sum", "listed", "links", "ready", "over", "gzip ");

/** The programs that list belong to the image, and may print anything. */
export const listingTarget: Target<string> = {
  name: "listing",
  claim: "a listing stays below the target, and its sizes and times are numbers",
  inputs: linesOf(word, entry, entry),
  async check(input) {
    const listing = await orRefused(() => parseRemoteListing(pieces(input)));
    if (listing === undefined) return;
    const { entries, gzip, sha256sum, linksOnly } = listing;
    for (const word of [gzip, sha256sum, linksOnly]) assert.equal(typeof word, "boolean");
    for (const [path, { kind, sizeBytes, mtimeSeconds }] of entries) {
      assertBelow(path);
      assertCount(sizeBytes, "its size");
      assert.ok(Number.isSafeInteger(mtimeSeconds), `its time is ${mtimeSeconds}`);
      assert.ok(["file", "directory", "symlink", "other"].includes(kind), kind);
    }
  },
  corpus,
  runs: 20_000,
};
