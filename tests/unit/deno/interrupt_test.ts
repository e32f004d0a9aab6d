import assert from "node:assert/strict";
import { Interruptions } from "../../../src/deno/interrupt.ts";

Deno.test("signals that come together are one; the next says what the one after it does", () => {
  const reactions = (times: number[]) => {
    const interruptions = new Interruptions();
    return times.map((ms) => interruptions.next(ms));
  };
  assert.deepEqual(
    reactions([1_000, 1_000, 1_050, 1_499]),
    ["abort", "ignore", "ignore", "ignore"],
  );
  assert.deepEqual(reactions([0, 500, 501]), ["abort", "warn", "end"]);
  assert.deepEqual(reactions([0, 20, 900, 4_000]), ["abort", "ignore", "warn", "end"]);
});
