import assert from "node:assert/strict";
import { isTimeout, within } from "../../../src/kube/limit.ts";

Deno.test("a limit does not count while a person is asked for credentials", async () => {
  const delays: PromiseWithResolvers<void>[] = [];
  const transport = {
    isAsking: true,
    delay() {
      delays.push(Promise.withResolvers());
      return delays.at(-1)!.promise;
    },
  };
  const never = new Promise<never>(() => {});
  let state = "waits";
  const done = within(transport, { ms: 30_000 }, () => never).catch((error) => {
    state = isTimeout(error) ? "late" : String(error);
  });
  for (let at = 0; at < 3; at++) {
    delays.at(-1)!.resolve();
    while (delays.length === at + 1) await Promise.resolve();
    assert.equal(state, "waits");
  }
  transport.isAsking = false;
  delays.at(-1)!.resolve();
  await done;
  assert.equal(state, "late");
});
