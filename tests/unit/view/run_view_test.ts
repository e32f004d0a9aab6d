import assert from "node:assert/strict";
import type { RunEvent } from "../../../src/events.ts";
import { RunView } from "../../../src/view/run_view.ts";
import piped from "../../golden/run_piped.txt" with { type: "text" };
import terminal from "../../golden/run_terminal.txt" with { type: "text" };
import { viewGoldens } from "./view_goldens.ts";

const PIPED = { color: false, terminal: false, columns: () => 80, now: () => 0, showlogs: true };

Deno.test("without a terminal, a run is shown in plain lines", () => {
  assert.equal(viewGoldens["run_piped.txt"](), piped);
});

Deno.test("on a terminal, a run is shown with a transient line", () => {
  assert.equal(viewGoldens["run_terminal.txt"](), terminal);
});

Deno.test("with showlogs off, no log line is shown", () => {
  const view = new RunView({ ...PIPED, showlogs: false });
  assert.deepEqual(view.render({ kind: "log", step: "unit", line: "ok" }), []);
});

Deno.test("logs on a pipe stay raw although stderr is a terminal", () => {
  const logs = { color: false, terminal: false };
  const view = new RunView({ ...PIPED, color: true, terminal: true, logs });
  assert.deepEqual(view.render({ kind: "log", step: "unit", line: "\x1b[2Jok\r" }), [
    { to: "stdout", text: "[unit] \x1b[2Jok\r\n" },
  ]);
});

Deno.test("a status is cut to the current width of the terminal", () => {
  let columns = 20;
  const view = new RunView({ ...PIPED, terminal: true, columns: () => columns });
  const [first] = view.render({ kind: "waiting", text: "pod a: pulling an image" });
  assert.deepEqual(first, { status: "Waiting for pod a: …" });
  columns = 12;
  const [second] = view.render({ kind: "waiting", text: "pod b: pulling an image" });
  assert.deepEqual(second, { status: "Waiting for…" });
});

Deno.test("an upload with nothing to send shows no progress", () => {
  const view = new RunView({ ...PIPED, terminal: true });
  const sending = { kind: "sending", files: 0, bytes: 0, elapsedMs: 20 } as const;
  assert.deepEqual(view.render({ ...sending, totalFiles: 0, totalBytes: 0 }), []);
  assert.equal(view.render({ ...sending, totalFiles: 1, totalBytes: 0 }).length, 1);
});

Deno.test("a TaskRun is held at a step, and an unverified upload is reported as such", () => {
  const view = new RunView(PIPED);
  const paused = { place: "step fetch", pod: "run-pod", afterMs: 1_000 };
  assert.deepEqual(view.render({ kind: "paused", ...paused }), [
    { to: "stderr", text: "Held at step fetch (pod run-pod) after 1.0s\n" },
  ]);
  const sent = { kind: "sent", elapsedMs: 0, verified: false, unchanged: 0, removed: 0 } as const;
  assert.deepEqual(
    view.render({ ...sent, files: 1, bytes: 0 }),
    [{ to: "stderr", text: "Sent 1 file, 0 B in 0.0s, not verified\n" }],
  );
});

Deno.test("a repeated upload reports unchanged and removed files", () => {
  const view = new RunView(PIPED);
  const sent = { kind: "sent", elapsedMs: 100, verified: true } as const;
  const say = (text: string) => [{ to: "stderr", text: `${text}\n` }];
  assert.deepEqual(
    view.render({
      ...sent,
      files: 2,
      bytes: 5_000,
      wireBytes: 1_100,
      unchanged: 8_349,
      unchangedMs: 300_000,
      removed: 1,
    }),
    say(
      "Sent 2 files, 5.0 kB in 0.1s (1.1 kB compressed), verified; 8,349 unchanged since the upload 5m0s ago, 1 removed",
    ),
  );
  assert.deepEqual(
    view.render({
      ...sent,
      files: 0,
      bytes: 0,
      wireBytes: 10_240,
      unchanged: 8_351,
      unchangedMs: 500,
      removed: 0,
    }),
    say("Nothing to send in 0.1s; 8,351 unchanged since the upload 0.5s ago"),
  );
});

Deno.test("text from the cluster can't move the cursor", () => {
  const view = new RunView(PIPED);
  assert.deepEqual(view.render({ kind: "note", text: "a\x1b[2J\nb\x07" }), [
    { to: "stderr", text: "Note: a\\x1b[2J b\\x07\n" },
  ]);
});

const RUNNING = {
  kind: "tasks",
  tasks: [{ name: "a", status: "running", elapsedMs: 1_000 }],
  elapsedMs: 2_000,
} as const satisfies RunEvent;

Deno.test("on a terminal the tasks are the status, and their times advance without an event", () => {
  let nowMs = 0;
  const view = new RunView({ ...PIPED, terminal: true, now: () => nowMs });
  assert.deepEqual(view.render(RUNNING), [{ status: "● a 1s  | 2s" }]);
  nowMs = 3_000;
  assert.deepEqual(view.tick(), [{ status: "● a 4s  | 5s" }]);
  const work = { kind: "waiting", text: "a to end", isWork: true } as const;
  assert.deepEqual(view.render(work), [{ status: "● a 4s  | 5s" }]);
  const pulling = view.render({ kind: "waiting", text: "pod x: pulling" });
  assert.deepEqual(pulling, [{ status: "● a 4s  | 5s | pod x: pulling" }]);
  const log = view.render({ kind: "log", step: "unit", line: "ok" });
  assert.deepEqual(log, [{ status: "● a 4s  | 5s" }, { to: "stdout", text: "[unit] ok\n" }]);
});

Deno.test("without a terminal the tasks are shown every 15 s, and only after a change", () => {
  let nowMs = 0;
  const view = new RunView({ ...PIPED, now: () => nowMs });
  assert.deepEqual(view.render(RUNNING), []);
  nowMs = 15_000;
  assert.deepEqual(view.tick(), [{ to: "stderr", text: "● a 16s  | 17s\n" }]);
  nowMs = 60_000;
  assert.deepEqual(view.tick(), [], "nothing has changed");
  assert.deepEqual(view.render(RUNNING), [{ to: "stderr", text: "● a 1s  | 2s\n" }]);
  nowMs = 61_000;
  assert.deepEqual(view.render(RUNNING), []);
});
