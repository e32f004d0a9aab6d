import assert from "node:assert/strict";
import { LogLines } from "../../../src/view/log_line.ts";

Deno.test("a log line has tkn's prefix", () => {
  const lines = new LogLines({ color: false, terminal: false });
  assert.equal(lines.render({ task: "test", step: "unit", line: "ok" }), "[test : unit] ok");
  assert.equal(lines.render({ step: "unit", line: "" }), "[unit] ");
});

Deno.test("each task and step keeps its color, and the sixth gets the first color again", () => {
  const lines = new LogLines({ color: true, terminal: true });
  const colorOf = (step: string) => lines.render({ step, line: "x" }).split("m")[0];
  const first = ["a", "b", "c", "d", "e"].map(colorOf);
  assert.equal(new Set(first).size, 5);
  assert.deepEqual(["a", "b", "c", "d", "e"].map(colorOf), first);
  assert.equal(colorOf("f"), first[0]);
});

Deno.test("a color that is on at the end of a line is reset", () => {
  const lines = new LogLines({ color: true, terminal: true });
  assert.ok(lines.render({ step: "a", line: "\x1b[31mred" }).endsWith(" \x1b[31mred\x1b[0m"));
  assert.ok(lines.render({ step: "a", line: "\x1b[31mred\x1b[0m" }).endsWith("red\x1b[0m"));
});

Deno.test("lines on a pipe stay as they are", () => {
  const lines = new LogLines({ color: false, terminal: false });
  const line = "\x1b]0;title\x07\x1b[2J10%\r20%\x00";
  assert.equal(lines.render({ step: "a", line }), `[a] ${line}`);
});

Deno.test("bytes that are not UTF-8 stay on a pipe and are replaced on a terminal", () => {
  const line = "caf\udce9 \udc9b2J";
  const render = (terminal: boolean) =>
    new LogLines({ color: false, terminal }).render({ step: "a", line });
  assert.equal(render(false), `[a] ${line}`);
  assert.equal(render(true), "[a] caf\ufffd \ufffd2J");
});
