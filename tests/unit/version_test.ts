import assert from "node:assert/strict";
import { isAtLeast } from "../../src/version.ts";

Deno.test("versions are compared by their numbers; unknown forms count as new", () => {
  assert.equal(isAtLeast("v1.9.4", "1.30"), false);
  assert.equal(isAtLeast("v1.30.0+k3s", "1.30"), true);
  assert.equal(isAtLeast("v0.65.2", "0.68"), false);
  assert.equal(isAtLeast("v1.0.0", "0.68"), true);
  assert.equal(isAtLeast("2.9.0-rc.1", "2.9"), true);
  assert.equal(isAtLeast("2.8.12", "2.9"), false);
  assert.equal(isAtLeast("devel", "0.68"), true);
});
