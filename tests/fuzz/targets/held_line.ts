import assert from "node:assert/strict";
import { HELD_PREFIX, readHeldLine } from "../../../src/step/protocol/gate.ts";
import corpus from "../corpus/held_line.json" with { type: "json" };
import { number, path, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

const held = path.map((path) => HELD_PREFIX + path);
const after = fc.tuple(text, number, path).map(([before, code, path]) =>
  `${before}tkn-dev: held after exit code ${code}, workspace: ${path}`
);

/** Any step can print the line of a gate. */
export const heldLineTarget: Target<string> = {
  name: "held_line",
  claim: "a line of a log names an absolute directory without .., or no directory",
  inputs: fc.oneof(held, after, text).map((line) => line.replaceAll("\n", "")), // a single line
  check(input) {
    const line = readHeldLine(input);
    if (line === undefined) return;
    const { directory, exitCode = 0 } = line;
    assert.ok(directory === "" || directory.startsWith("/"), `relative: ${directory}`);
    assert.ok(!/[\0\n]/.test(directory), `NUL or newline: ${JSON.stringify(directory)}`);
    assert.ok(!directory.split("/").includes(".."), `leads up: ${directory}`);
    assert.ok(Number.isInteger(exitCode) && exitCode >= 0 && exitCode <= 255, `${exitCode}`);
  },
  corpus,
  runs: 30_000,
};
