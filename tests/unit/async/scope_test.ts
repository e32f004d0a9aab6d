import assert from "node:assert/strict";
import { Scope } from "../../../src/async/scope.ts";

Deno.test("the signal of a scope aborts when its block is left", () => {
  let signal: AbortSignal;
  {
    using scope = new Scope();
    signal = scope.signal;
    assert.equal(signal.aborted, false);
  }
  assert.equal(signal.aborted, true);
});

Deno.test("the signal of a scope aborts with each outer signal", () => {
  const outer = new AbortController();
  using scope = new Scope(new AbortController().signal, outer.signal);
  outer.abort("why");
  assert.equal(scope.signal.reason, "why");
});
