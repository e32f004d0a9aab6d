import assert from "node:assert/strict";
import { ClusterError, UsageError } from "../../../src/errors.ts";
import { renderError } from "../../../src/view/error.ts";

Deno.test("an expected error is shown as its message and its hint", () => {
  const error = new UsageError('Cannot run "tkn-dev x": no such command', {
    hint: "tkn-dev --help",
    cause: new Error("not shown"),
  });
  assert.equal(
    renderError(error, false),
    'Error: Cannot run "tkn-dev x": no such command\nHint: tkn-dev --help\n',
  );
  assert.equal(renderError(new ClusterError("Cannot"), false), "Error: Cannot\n");
});

Deno.test("only the labels are colored", () => {
  assert.equal(
    renderError(new UsageError("Cannot", { hint: "do" }), true),
    "\x1b[31mError:\x1b[0m Cannot\n\x1b[1mHint:\x1b[0m do\n",
  );
});

Deno.test("a message from the cluster is shown without control characters, further lines indented", () => {
  assert.equal(
    renderError(new ClusterError("Cannot\x1b[2J create\nbecause"), false),
    "Error: Cannot create\n  because\n",
  );
});

Deno.test("a carriage return can't hide a part of a message", () => {
  assert.equal(
    renderError(new ClusterError('Cannot get Task "x\rall is well": gone'), false),
    'Error: Cannot get Task "x\n  all is well": gone\n',
  );
});

Deno.test("any other error is shown as a bug, with its stack and that of its cause", () => {
  const lines = renderError(new TypeError("x is", { cause: new Error("inner") }), false).split(
    "\n",
  );
  assert.equal(lines[0], "Error: TypeError: x is");
  assert.match(lines[1], /^ +at .*error_test\.ts/);
  assert.ok(lines.includes("Caused by: Error: inner"));
  assert.match(lines.at(-2)!, /^Hint: this is a bug in tkn-dev/);
});

Deno.test("a thrown value that is not an Error is shown as it is", () => {
  assert.match(renderError("oops", false), /^Error: oops\nHint: this is a bug/);
  assert.match(renderError(undefined, false), /^Error: undefined\n/);
});
