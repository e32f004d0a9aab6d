import assert from "node:assert/strict";
import { calledTooEarly } from "../../../scripts/check_shell/call_order.ts";

const cases: [what: string, script: string, found: string[]][] = [
  ["a function above its call", "a() {\n  :\n}\na\n", []],
  ["a function below its call", "a\na() {\n  :\n}\n", ["line 1 calls a, defined on line 2"]],
  [
    "a function below the call of a function that needs it",
    "a() {\n  while :; do b; done\n}\na || exit\nb() (\n  :\n)\n",
    ["line 4 calls b, defined on line 5"],
  ],
  ["functions that need each other, both above", "a() { b; }\nb() { a; }\na\n", []],
  ["an action of trap", "trap a EXIT\na() { :; }\n", ["line 1 calls a, defined on line 2"]],
  ["a word that is no command", "echo a\na=1\n# a\na() { :; }\na\n", []],
];

for (const [what, script, found] of cases) {
  Deno.test(`order of shell functions: ${what}`, () => {
    assert.deepEqual(calledTooEarly(script), found);
  });
}
