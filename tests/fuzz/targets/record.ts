import assert from "node:assert/strict";
import { parseRecord, type Recorded, recordText } from "../../../src/step/protocol/record.ts";
import { pieces } from "../../support/pieces.ts";
import { assertBelow } from "../asserts.ts";
import corpus from "../corpus/record.json" with { type: "json" };
import { linesOf, number, path, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

const digest = fc.oneof(fc.constantFrom("2cf24dba5fb0a30e26e8", "link", "dir", "gone", "-"), text);
const mode = fc.oneof(fc.constantFrom("644", "755", "-", "7777777", "8", "-1"), number);
const entry = fc.tuple(digest, mode, number, path).map((words) => words.join(" "));
const head = fc.constantFrom("tkn-dev record 1", "tkn-dev record 1", "tkn-dev record 2", "");
const recorded = number.map((seconds) => `recorded ${seconds}`);

/** The record is a file of the workspace, which any step can write. */
export const recordTarget: Target<string> = {
  name: "record",
  claim: "a record in the workspace stays below the target, and reads as an upload writes it",
  inputs: fc.tuple(recorded, head, linesOf(entry)).map(([recorded, head, rest]) =>
    `${recorded}\n${head}\n${rest}`
  ),
  async check(input) {
    const record = await parseRecord(pieces(input));
    if (record === undefined) return;
    assert.ok(record.writtenSeconds >= 0 && record.writtenSeconds < 1e12);
    for (const [path, entry] of record.entries) checkEntry(path, entry);
    const again = `recorded 1\n${recordText(record.entries, { anew: true })}`;
    assert.deepEqual((await parseRecord(pieces(again)))?.entries, record.entries);
  },
  corpus,
  runs: 20_000,
};

function checkEntry(path: string, entry: Recorded): void {
  assertBelow(path);
  if (entry.kind !== "file") return;
  assert.match(entry.digest, /^[0-9a-f]+$/);
  assert.ok(entry.mode >= 0 && entry.mode <= 0o7777, `its mode is ${entry.mode}`);
  assert.ok(Number.isSafeInteger(entry.mtimeSeconds), `its time is ${entry.mtimeSeconds}`);
}
