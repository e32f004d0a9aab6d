import assert from "node:assert/strict";
import {
  type Entry,
  entryName,
  entryText,
  readEntry,
} from "../../../../src/commands/again/entry.ts";

const ENTRY: Entry = {
  directory: "/co/caf\udce9",
  cwd: "/co",
  kubeconfig: "/k",
  words: ["task", "upload", "t", "", "-p", "a=\n"],
};

function withFields(fields: Record<string, unknown>): string {
  return JSON.stringify({ ...JSON.parse(entryText(ENTRY)), ...fields });
}

Deno.test("what is written is read again, for both of its directories", () => {
  for (const directory of [ENTRY.directory, ENTRY.cwd]) {
    const { version: _, ...read } = readEntry(entryText(ENTRY), directory) as Entry & {
      version: number;
    };
    assert.deepEqual(read, ENTRY);
  }
});

/** A text, and why it is no entry. */
const OTHERS: [string, RegExp][] = [
  ["", /not JSON/],
  [entryText(ENTRY).slice(0, 40), /not JSON/],
  ["null", /not a file of tkn-dev/],
  ["[]", /not a file of tkn-dev/],
  ["{}", /not a file of tkn-dev/],
  [withFields({ version: "1" }), /not a file of tkn-dev/],
  [withFields({ version: 2 }), /of a newer tkn-dev/],
  [withFields({ version: 2, words: "?" }), /of a newer tkn-dev/],
  [withFields({ words: "task upload t" }), /not a file of tkn-dev/],
  [withFields({ words: [] }), /not a file of tkn-dev/],
  [withFields({ words: undefined }), /not a file of tkn-dev/],
  [withFields({ words: ["task", 1] }), /not a file of tkn-dev/],
  [withFields({ words: ["task", null] }), /not a file of tkn-dev/],
  [withFields({ cwd: undefined }), /not a file of tkn-dev/],
  [withFields({ kubeconfig: 1 }), /not a file of tkn-dev/],
  [withFields({ directory: "/x", cwd: "/y" }), /of another directory/],
];

Deno.test("a text that is no entry of this version and directory is not one", () => {
  for (const [text, why] of OTHERS) {
    assert.match((readEntry(text, "/co") as { why: string }).why, why, text);
  }
});

Deno.test("each directory has its own file, also one that is not UTF-8", async () => {
  const names = await Promise.all(["/a", "/b", "/caf\udce9", "/caf\udcea"].map(entryName));
  assert.equal(new Set(names).size, 4);
  for (const name of names) assert.match(name, /^[0-9a-f]{32}\.json$/);
});
