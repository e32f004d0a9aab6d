import assert from "node:assert/strict";
import { newGate } from "../../../../src/commands/start/gate.ts";
import { gateScript } from "../../../../src/step/gate_script.ts";
import { FakeHost } from "../../../support/fake_host.ts";

Deno.test("a gate has its script, a volume with a random name, and ends after ten minutes", () => {
  const gate = newGate(new FakeHost(), 600, "tkn-dev pipeline upload p");
  const step = { step: "s", plain: [], secret: [], hidden: false, carries: true };
  const options = { ...step, mode: "before" } as const;
  const again = "tkn-dev pipeline upload p";
  assert.equal(gate.script(options), gateScript({ ...options, again }));
  assert.equal(gate.directory, "/tkn-dev");
  assert.match(gate.volume, /^tkn-dev-r+0$/);
  assert.deepEqual(gate.args({ path: "/w", directory: "." }, ["x"]), ["600", "/w", "", "x"]);
  assert.deepEqual(gate.args({ path: "/w", directory: "a/b" }, []), ["600", "/w", "a/b"]);
});
