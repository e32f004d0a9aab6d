import assert from "node:assert/strict";
import { renderNote } from "../../../src/view/run_view.ts";
import { countNote, secretsNote, sizeNote } from "../../../src/view/source_notes.ts";

function parts(...sizes: number[]) {
  return sizes.map((bytes, at) => ({ path: `d${at}/`, bytes: bytes * 1e6 }));
}

Deno.test("the note about a large upload lists its largest parts, aligned", () => {
  const note = sizeNote({ files: 1234, bytes: 1234e6, parts: parts(800, 300, 90, 30, 8, 4, 2) });
  assert.equal(
    renderNote(note),
    `Note: 1.2 GB in 1,234 files to upload; --ignore PATTERN leaves out more
  800 MB  d0/
  300 MB  d1/
   90 MB  d2/
   30 MB  d3/
  8.0 MB  d4/
  6.0 MB  elsewhere`,
  );
});

Deno.test("a sixth part is listed instead of counted as elsewhere", () => {
  const note = sizeNote({ files: 1, bytes: 21e6, parts: parts(6, 5, 4, 3, 2, 1) });
  assert.equal(note.lines?.at(-1), "1.0 MB  d5/");
});

Deno.test("the first secrets are listed", () => {
  const hint = "; to leave out: --ignore PATTERN; to hide this note: --secrets=allow";
  const note = (named: string[], holding: string[] = []) => secretsNote({ named, holding })?.text;
  assert.equal(note([".env"]), `1 file looks like a secret by its name: .env${hint}`);
  assert.equal(note([]), undefined);
  assert.equal(note([], [".npmrc"]), `1 file has a password or token in it: .npmrc${hint}`);
  assert.equal(
    note([".env"], ["a/.npmrc", ".netrc"]),
    "1 file looks like a secret by its name: .env; " +
      `2 files have a password or token in them: a/.npmrc, .netrc${hint}`,
  );
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const of = "files look like secrets by their names: a, b, c, d, e";
  assert.equal(note(names.slice(0, 6)), `6 ${of}, f${hint}`);
  assert.equal(note(names), `7 ${of} and 2 more${hint}`);
});

Deno.test("a path in a note can't control the terminal", () => {
  assert.equal(
    renderNote({ text: "a\x1b[2J", lines: ["b\x1b[2J"] }),
    "Note: a\\x1b[2J\n  b\\x1b[2J",
  );
});

Deno.test("the note about a very long list has the number of files only", () => {
  const text = "1,000,000 files to upload; --ignore PATTERN leaves out more";
  assert.deepEqual(countNote(1_000_000), { text });
});
