import assert from "node:assert/strict";
import { renderTurnEnd, renderTurnKeys } from "../../../src/view/turn_lines.ts";

const KEYS = "[Enter] again [e]dit [s]hell [c]ontinue [f]ail [q]uit [d]etach";
const plain = (columns: number) => `${renderTurnKeys({ color: false, columns })}`;

Deno.test("the end of a turn says how the work ended", () => {
  const end = (exitCode?: number) =>
    renderTurnEnd({ place: "test/run", exitCode, elapsedMs: 1_240 }, { color: false });
  assert.equal(end(0), "✓ test/run  exit code 0 after 1.2s\n");
  assert.equal(end(2), "✗ test/run  exit code 2 after 1.2s\n");
  assert.equal(end(), "⊘ test/run  ended after 1.2s\n");
});

Deno.test("the keys fit the width of the terminal", () => {
  assert.equal(plain(100), `A save does it again: ${KEYS}`);
  assert.equal(plain(80), KEYS);
  assert.equal(plain(45), "[Enter] [e] [s] [c] [f] [q] [d]");
  assert.equal(plain(20), "[Enter] [e] [s] [c]…");
});

Deno.test("with colors, the keys are bold", () => {
  const bold = renderTurnKeys({ color: true, columns: 80 });
  // deno-lint-ignore no-control-regex
  assert.equal(bold.replace(/\x1b\[\d*m/g, ""), KEYS);
  assert.ok(bold.includes("[\x1b[1me\x1b[0m]dit"));
});
