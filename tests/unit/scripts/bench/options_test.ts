import assert from "node:assert/strict";
import { readOptions } from "../../../../scripts/bench/options.ts";

const NAMES = ["source", "slow"];

Deno.test("cases are named, flags have their values in the next word or the same one", () => {
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

Deno.test("what it does not know is refused", () => {
  assert.throws(() => readOptions(["fast"], NAMES), /Cannot read "fast"/);
  assert.throws(() => readOptions(["--repeat", "0"], NAMES), /not a number from 1 on/);
  assert.throws(() => readOptions(["--repeat"], NAMES), /Cannot read "--repeat"/);
});
