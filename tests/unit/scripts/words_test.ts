import assert from "node:assert/strict";
import { proseOf } from "../../../scripts/words/prose.ts";
import { IDIOMS, OPENINGS } from "../../../scripts/words/idioms.ts";

Deno.test("prose of TypeScript is its comments and texts, by line", () => {
  const source = [
    "/**",
    " * Reads a listing.",
    " *",
    " *     an example",
    " */",
    'const a = "a text", b = "word"; // why',
    "const c = `one",
    "two ${three}`;",
  ].join("\n");
  assert.deepEqual(proseOf("a.ts", source), [
    { line: 2, text: "Reads a listing.", opens: true },
    { line: 6, text: '"a text"' },
    { line: 6, text: "why", opens: true },
    { line: 7, text: "`one" },
    { line: 8, text: "two X`" },
  ]);
});

Deno.test("prose of a document excludes code, prose of a script is its comments", () => {
  assert.deepEqual(proseOf("a.md", "One `code` [link](url)\n```sh\ncode\n```\n"), [
    { line: 1, text: "One `` [link]" },
    { line: 5, text: "" },
  ]);
  assert.deepEqual(proseOf("a.sh", "#!/bin/sh\n# one\n# two\necho # three\n"), [
    { line: 2, text: "one", opens: true },
    { line: 3, text: "two" },
  ]);
});

const finds = (text: string) => IDIOMS.some(({ pattern }) => pattern.test(text));

Deno.test("idioms are found, ordinary uses of their words are not", () => {
  for (
    const text of ["whoever asks", "the user is told", "of its own", "it is waited", "lets it go"]
  ) assert.ok(finds(text), text);
  for (
    const text of ["the user's own file", "go one up", "tell the user", "it lies to the client"]
  ) {
    assert.ok(!finds(text), text);
  }
  assert.ok(OPENINGS.some(({ pattern }) => pattern.test("What is sent.")));
  assert.ok(!OPENINGS.some(({ pattern }) => pattern.test("Whatever is sent.")));
});
