import assert from "node:assert/strict";
import { isTooSlow, startsCompressed } from "../../../src/transfer/compression.ts";

const AUTO = { compress: "auto", listing: { gzip: true }, leftBytes: 10e6 } as const;

async function starts(given: Partial<Parameters<typeof startsCompressed>[1]>, roundTripMs = 20) {
  let measured = false;
  const receiver = {
    roundTripMs() {
      measured = true;
      return Promise.resolve(roundTripMs);
    },
  };
  return { compressed: await startsCompressed(receiver, { ...AUTO, ...given }), measured };
}

Deno.test("a long round trip starts an upload compressed, a short one does not", async () => {
  assert.deepEqual(await starts({}), { compressed: true, measured: true });
  assert.deepEqual(await starts({}, 19), { compressed: false, measured: true });
});

Deno.test("the round trip is not measured if it decides nothing", async () => {
  const stays = { compressed: undefined, measured: false };
  assert.deepEqual(await starts({ leftBytes: 255_999 }), stays);
  assert.deepEqual(await starts({ listing: { gzip: false } }), stays);
  assert.deepEqual(await starts({ compress: "never" }), stays);
  assert.deepEqual(await starts({ compress: "always" }), { compressed: true, measured: false });
});

Deno.test("after 500 ms, an archive ends early under 16 MB/s, with more than 4 MB left", () => {
  const slow = { ...AUTO, sentBytes: 7_999_999, elapsedMs: 501 };
  assert.equal(isTooSlow(slow), true);
  assert.equal(isTooSlow({ ...slow, elapsedMs: 500 }), false);
  assert.equal(isTooSlow({ ...slow, sentBytes: 8.1e6 }), false);
  const buffered = { ...slow, sentBytes: 9e6, elapsedMs: 1000 };
  assert.equal(isTooSlow(buffered), true, "the buffers on the way took most of it");
  assert.equal(isTooSlow({ ...slow, leftBytes: 4e6 }), false);
  assert.equal(isTooSlow({ ...slow, compress: "never" }), false);
  assert.equal(isTooSlow({ ...slow, listing: { gzip: false } }), false);
});
