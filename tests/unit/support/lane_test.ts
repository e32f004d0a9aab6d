import assert from "node:assert/strict";
import { Lane } from "../../support/lane.ts";

/** 1,000 bytes per millisecond. */
const SPEED = { bitsPerSecond: 8e6, roundTripMs: 40 };

Deno.test("data in a free lane arrives after its own length and half a round trip", () => {
  assert.equal(new Lane(SPEED).arrivalMs(100, 5_000), 125);
});

Deno.test("data in a busy lane waits for earlier data of any sender", () => {
  const lane = new Lane(SPEED);
  lane.arrivalMs(100, 5_000);
  assert.equal(lane.queuedMs(101), 4);
  assert.equal(lane.arrivalMs(101, 1_000), 126);
  assert.equal(lane.queuedMs(200), 0);
  assert.equal(lane.arrivalMs(200, 1_000), 221);
  assert.equal(lane.bytes, 7_000);
});

Deno.test("a lane without limits delays nothing", () => {
  const lane = new Lane({ bitsPerSecond: Infinity, roundTripMs: 0 });
  assert.equal(lane.arrivalMs(100, 1e9), 100);
});
