/** The real time. */
import assert from "node:assert/strict";
import { denoClock } from "../../../src/deno/clock.ts";

const HOUR_MS = 3_600_000;

Deno.test("a delay longer than the longest timer does not end at once", async () => {
  for (const ms of [600 * HOUR_MS, 2 ** 31, 2 ** 53, Infinity]) {
    const stop = new AbortController();
    let hasEnded = false;
    const delay = denoClock.delay(ms, stop.signal);
    delay.then(() => hasEnded = true, () => {});
    for (let times = 0; times < 5; times++) await denoClock.delay(2);
    assert.equal(hasEnded, false, `${ms}`);
    const reason = new Error("enough");
    stop.abort(reason);
    await assert.rejects(delay, reason);
  }
});

Deno.test("an interval longer than the longest timer does not fire at once", async () => {
  let calls = 0;
  using _every = denoClock.every(2 ** 40, () => calls++);
  for (let times = 0; times < 5; times++) await denoClock.delay(2);
  assert.equal(calls, 0);
});

Deno.test("a delay whose signal has aborted does not begin", async () => {
  const reason = new Error("enough");
  await assert.rejects(denoClock.delay(1, AbortSignal.abort(reason)), reason);
});
