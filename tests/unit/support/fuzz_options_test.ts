import assert from "node:assert/strict";
import { readFuzzOptions } from "../../fuzz/options.ts";

Deno.test("by default all targets get the same inputs each time", () => {
  assert.deepEqual(readFuzzOptions([], 42), {
    seed: 1,
    path: undefined,
    seconds: undefined,
    cluster: false,
    names: [],
    shard: { number: 1, count: 1 },
  });
});

Deno.test("a long search has a new seed, unless one is given", () => {
  const { seed, seconds, names } = readFuzzOptions(["--for", "1h", "record"], 42);
  assert.deepEqual([seed, seconds, names], [42, 3600, ["record"]]);
  assert.deepEqual(readFuzzOptions(["--shard=2/3"], 42).shard, { number: 2, count: 3 });
  assert.equal(readFuzzOptions(["--for", "90s", "--seed", "7"], 42).seed, 7);
  assert.throws(() => readFuzzOptions(["--seed", "x"], 42), /no whole number/);
  assert.throws(() => readFuzzOptions(["--for", "soon"], 42), /it is not a duration/);
});
