import assert from "node:assert/strict";
import { clusterSeconds, costOf, idleOf, meanOf } from "../../../../scripts/scale/cost.ts";
import { noSeconds } from "../../../../scripts/scale/meter.ts";

function reading(atMs: number, kubelet: number, ours = 0) {
  return { atMs, seconds: { ...noSeconds(), kubelet, "tkn-dev": ours } };
}

Deno.test("the use of an idle cluster is not a cost", () => {
  const idle = idleOf(reading(0, 10), reading(10_000, 11));
  assert.equal(costOf(idle, reading(10_000, 11), reading(20_000, 15)).kubelet, 3);
});

Deno.test("a mean is per process, and the cluster's mean does not include tkn-dev", () => {
  const costs = [1, 3].map((seconds) => reading(0, seconds, 100).seconds);
  assert.equal(meanOf(costs).kubelet, 2);
  assert.equal(clusterSeconds(meanOf(costs)), 2);
});
