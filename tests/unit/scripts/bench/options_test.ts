import assert from "node:assert/strict";
import { readOptions } from "../../../../scripts/bench/options.ts";

const NAMES = ["source", "slow"];

Deno.test("cases are named, and a flag's value is the next word or follows =", () => {
  const { cases, repeat, namespace } = readOptions(
    ["slow", "--repeat", "3", "--namespace=bench"],
    NAMES,
  );
  assert.deepEqual({ cases, repeat, namespace }, {
    cases: ["slow"],
    repeat: 3,
    namespace: "bench",
  });
});

Deno.test("unknown words are refused", () => {
  assert.throws(() => readOptions(["fast"], NAMES), /Cannot read "fast"/);
  assert.throws(() => readOptions(["--repeat", "0"], NAMES), /not a number from 1 on/);
  assert.throws(() => readOptions(["--repeat"], NAMES), /Cannot read "--repeat"/);
});
