import assert from "node:assert/strict";
import { renderDiff } from "../../../src/view/diff.ts";

const PLAIN = { color: false, terminal: false };

Deno.test("a change is shown with three lines of context", () => {
  const from = ["#!/bin/sh", "set -e", "cd src", "make", "ls", "echo", "true", "exit"];
  const to = from.map((line) => line === "make" ? "make all" : line);
  assert.equal(
    renderDiff("Task/build spec.steps[1].script", from.join("\n"), to.join("\n"), PLAIN),
    `--- Task/build spec.steps[1].script
+++ Task/build spec.steps[1].script
@@ -1,7 +1,7 @@
 #!/bin/sh
 set -e
 cd src
-make
+make all
 ls
 echo
 true
`,
  );
});

Deno.test("changes far from each other are in separate hunks", () => {
  const from = Array.from({ length: 20 }, (_, at) => `${at}\n`);
  const to = from.with(2, "two\n").toSpliced(17, 1);
  const headers = renderDiff("x", from.join(""), to.join(""), PLAIN).match(/^@@.*/gm);
  assert.deepEqual(headers, ["@@ -1,6 +1,6 @@", "@@ -15,6 +15,5 @@"]);
});

Deno.test("a missing final newline is shown as in git", () => {
  assert.equal(
    renderDiff("x", "make", "make\n", PLAIN),
    "--- x\n+++ x\n@@ -1 +1 @@\n-make\n\\ No newline at end of file\n+make\n",
  );
});

Deno.test("the range of an empty text is empty", () => {
  assert.equal(renderDiff("x", "", "a\n", PLAIN), "--- x\n+++ x\n@@ -0,0 +1 @@\n+a\n");
  assert.equal(renderDiff("x", "a\nb\n", "", PLAIN), "--- x\n+++ x\n@@ -1,2 +0,0 @@\n-a\n-b\n");
});

Deno.test("equal texts have no diff", () => {
  assert.equal(renderDiff("x", "make\n", "make\n", PLAIN), "");
});

Deno.test("colors surround whole lines", () => {
  assert.equal(
    renderDiff("x", "a\n", "b", { color: true, terminal: true }),
    "\x1b[1m--- x\x1b[0m\n\x1b[1m+++ x\x1b[0m\n\x1b[2m@@ -1 +1 @@\x1b[0m\n" +
      "\x1b[31m-a\x1b[0m\n\x1b[32m+b\x1b[0m\n\x1b[2m\\ No newline at end of file\x1b[0m\n",
  );
});

Deno.test("a script is sanitized only for a terminal", () => {
  const [from, to] = ["a\r\n", "\x1b[2Ja\x07\tb\rc\n"];
  const head = "--- x\n+++ x\n@@ -1 +1 @@\n";
  assert.equal(
    renderDiff("x", from, to, { color: false, terminal: true }),
    `${head}-a^M\n+a\tb^Mc\n`,
  );
  assert.equal(renderDiff("x", from, to, PLAIN), `${head}-a\r\n+\x1b[2Ja\x07\tb\rc\n`);
});
