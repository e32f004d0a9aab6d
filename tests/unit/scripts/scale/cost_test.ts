import assert from "node:assert/strict";
import { clusterSeconds, costOf, idleOf, meanOf } from "../../../../scripts/scale/cost.ts";
import { noSeconds } from "../../../../scripts/scale/meter.ts";

function reading(atMs: number, kubelet: number, ours = 0) {
  return { atMs, seconds: { ...noSeconds(), kubelet, "tkn-dev": ours } };
}

Deno.test("what would have been used anyway is no cost", () => {
  const idle = idleOf(reading(0, 10), reading(10_000, 11));
  assert.equal(costOf(idle, reading(10_000, 11), reading(20_000, 15)).kubelet, 3);
});

Deno.test("a mean is of each process, and the cluster's is without our program", () => {
  const costs = [1, 3].map((seconds) => reading(0, seconds, 100).seconds);
  assert.equal(meanOf(costs).kubelet, 2);
  assert.equal(clusterSeconds(meanOf(costs)), 2);
});
