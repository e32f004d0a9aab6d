import assert from "node:assert/strict";
import { Renewal } from "../../../src/deno/network/kubeconfig/renewal.ts";

/** A source of n1, n2, …, each good for 10 ms, which answers at a call. */
function source() {
  const state = { nowMs: 0, asked: 0, fails: false };
  let release = () => {};
  const renewal = new Renewal<string>(
    () => {
      const value = `n${++state.asked}`;
      const { promise, resolve, reject } = Promise.withResolvers<
        { value: string; untilMs: number }
      >();
      const { fails, nowMs } = state;
      release = () => fails ? reject(new Error("down")) : resolve({ value, untilMs: nowMs + 10 });
      return promise;
    },
    () => state.nowMs,
  );
  const get = async (refused?: string) => {
    const asked = state.asked;
    const value = renewal.get(refused);
    if (state.asked > asked) release();
    return await value;
  };
  return { state, renewal, get, release: () => release() };
}

Deno.test("a value serves until it ends", async () => {
  const { state, get } = source();
  assert.equal(await get(), "n1");
  state.nowMs = 9;
  assert.equal(await get(), "n1");
  state.nowMs = 10;
  assert.equal(await get(), "n2");
});

Deno.test("a refused value is renewed once, whatever its end", async () => {
  const { get } = source();
  const first = await get();
  assert.equal(await get(first), "n2");
  assert.equal(await get(first), "n2"); // the refusal of a request that was sent before
  assert.equal(await get("n2"), "n3");
});

Deno.test("however many ask at once, the source is asked once", async () => {
  const { state, renewal, release } = source();
  const all = Promise.all([renewal.get(), renewal.get(), renewal.get("n0")]);
  release();
  assert.deepEqual(await all, ["n1", "n1", "n1"]);
  assert.equal(state.asked, 1);
});

Deno.test("a failure is that of all who ask soon after it, and passes", async () => {
  const { state, get } = source();
  await get();
  Object.assign(state, { nowMs: 100, fails: true });
  await assert.rejects(get(), /down/);
  state.nowMs = 2_099;
  await assert.rejects(get(), /down/);
  assert.equal(state.asked, 2);
  Object.assign(state, { nowMs: 2_100, fails: false });
  assert.equal(await get(), "n3");
});
