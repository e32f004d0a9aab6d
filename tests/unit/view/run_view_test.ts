import assert from "node:assert/strict";
import { RunView } from "../../../src/view/run_view.ts";
import piped from "../../golden/run_piped.txt" with { type: "text" };
import terminal from "../../golden/run_terminal.txt" with { type: "text" };
import { viewGoldens } from "./view_goldens.ts";

const PIPED = { color: false, terminal: false, columns: () => 80, showlogs: true };

Deno.test("a whole run is told in plain lines where there is no terminal", () => {
  assert.equal(viewGoldens["run_piped.txt"](), piped);
});

Deno.test("a whole run is told with a transient line on a terminal", () => {
  assert.equal(viewGoldens["run_terminal.txt"](), terminal);
});

Deno.test("with showlogs off no log line is shown", () => {
  const view = new RunView({ ...PIPED, showlogs: false });
  assert.deepEqual(view.render({ kind: "log", step: "unit", line: "ok" }), []);
});

Deno.test("logs that are piped stay raw though the narration goes to a terminal", () => {
  const logs = { color: false, terminal: false };
  const view = new RunView({ ...PIPED, color: true, terminal: true, logs });
  assert.deepEqual(view.render({ kind: "log", step: "unit", line: "\x1b[2Jok\r" }), [
    { to: "stdout", text: "[unit] \x1b[2Jok\r\n" },
  ]);
});

Deno.test("a status is cut to the terminal's width of the moment", () => {
  let columns = 20;
  const view = new RunView({ ...PIPED, terminal: true, columns: () => columns });
  const [first] = view.render({ kind: "waiting", text: "pod a: pulling an image" });
  assert.deepEqual(first, { status: "Waiting for pod a: …" });
  columns = 12;
  const [second] = view.render({ kind: "waiting", text: "pod b: pulling an image" });
  assert.deepEqual(second, { status: "Waiting for…" });
});

Deno.test("a TaskRun is held at a step, and an upload that was not verified says so", () => {
  const view = new RunView(PIPED);
  const paused = { place: "step fetch", pod: "run-pod", afterMs: 1_000 };
  assert.deepEqual(view.render({ kind: "paused", ...paused }), [
    { to: "stderr", text: "Held at step fetch (pod run-pod) after 1.0s\n" },
  ]);
  assert.deepEqual(
    view.render({ kind: "sent", files: 1, bytes: 0, elapsedMs: 0, verified: false }),
    [{ to: "stderr", text: "Sent 1 file, 0 B in 0.0s, not verified\n" }],
  );
});

Deno.test("the cluster's words can't move the cursor", () => {
  const view = new RunView(PIPED);
  assert.deepEqual(view.render({ kind: "note", text: "a\x1b[2J\nb\x07" }), [
    { to: "stderr", text: "Note: a b\n" },
  ]);
});
