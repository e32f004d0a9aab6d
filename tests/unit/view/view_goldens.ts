/** Renderings kept in tests/golden, by file name, for tests and scripts/update_goldens.ts. */
import type { Outcome, RunEvent } from "../../../src/events.ts";
import { RunView, type RunViewOptions } from "../../../src/view/run_view.ts";
import { Screen } from "../../../src/view/screen.ts";
import { renderSummary } from "../../../src/view/summary.ts";

const RUN = "my-pipeline-run-x7k2p";

export const SUCCEEDED: Outcome = {
  succeeded: true,
  resource: "PipelineRun",
  name: RUN,
  reason: "Completed",
  message: "Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 1",
  elapsedMs: 17_300,
  tasks: [
    { name: "clone", status: "succeeded", uploaded: true, elapsedMs: 4_100 },
    { name: "test", status: "succeeded", elapsedMs: 12_345 },
    { name: "deploy", status: "skipped" },
  ],
};

export const FAILED: Outcome = {
  succeeded: false,
  resource: "PipelineRun",
  name: RUN,
  reason: "Failed",
  message: "Tasks Completed: 3 (Failed: 2, Cancelled 1), Skipped: 1",
  elapsedMs: 84_000,
  tasks: [
    { name: "clone", status: "succeeded", uploaded: true, elapsedMs: 4_100 },
    {
      name: "integration",
      status: "failed",
      elapsedMs: 64_200,
      failedStep: { step: "run-tests", exitCode: 137, reason: "OOMKilled", limit: "24Mi" },
      message: "the step was killed\n\x1b[2Jand said so on two lines\n",
    },
    {
      name: "lint",
      status: "failed",
      elapsedMs: 3_200,
      failedStep: { step: "eslint", exitCode: 1, reason: "Error" },
    },
    { name: "scan", status: "cancelled", elapsedMs: 61_000 },
    { name: "deploy", status: "skipped" },
    { name: "notify", status: "pending" },
  ],
};

const TOTAL = { totalFiles: 123, totalBytes: 30_000_000 };

export const EVENTS: RunEvent[] = [
  { kind: "note", text: "task clone takes the upload: it clones the repository" },
  { kind: "created", resource: "PipelineRun", name: RUN, namespace: "default" },
  { kind: "waiting", text: `pod ${RUN}-clone-pod: being scheduled` },
  { kind: "waiting", text: `pod ${RUN}-clone-pod: being scheduled` },
  { kind: "waiting", text: `pod ${RUN}-clone-pod: pulling image alpine/git` },
  {
    kind: "paused",
    place: "clone",
    pod: `${RUN}-clone-pod`,
    afterMs: 3_600,
  },
  { kind: "sending", files: 10, bytes: 300_000, ...TOTAL, elapsedMs: 100 },
  { kind: "sending", files: 40, bytes: 9_000_000, ...TOTAL, elapsedMs: 1_900 },
  { kind: "sending", files: 50, bytes: 12_000_000, ...TOTAL, elapsedMs: 2_050 },
  { kind: "sending", files: 90, bytes: 24_000_000, ...TOTAL, elapsedMs: 3_900 },
  { kind: "sending", files: 110, bytes: 26_000_000, ...TOTAL, elapsedMs: 4_100 },
  {
    kind: "sent",
    files: 123,
    bytes: 45_000_000,
    elapsedMs: 4_400,
    verified: true,
    unchanged: 0,
    removed: 0,
  },
  { kind: "released" },
  { kind: "waiting", text: "task test: pod pending" },
  { kind: "log", task: "test", step: "unit", line: "\x1b[32mok\x1b[0m a_test.ts" },
  { kind: "log", task: "lint", step: "eslint", line: "\x1b[31mwarning" },
  { kind: "log", task: "test", step: "unit", line: "10%\r100%\x1b[2K\x1b]0;title\x07 done" },
  { kind: "ended", outcome: SUCCEEDED },
];

export const viewGoldens: Record<string, () => string> = {
  "summary_succeeded.txt": () => renderSummary(SUCCEEDED, { color: false }),
  "summary_failed.txt": () => renderSummary(FAILED, { color: false }),
  "summary_failed_color.txt": () => visible(renderSummary(FAILED, { color: true })),
  "run_piped.txt": () => narration({ color: false, terminal: false }),
  "run_terminal.txt": () => narration({ color: true, terminal: true }),
};

/** Returns all writes in order, each after the name of its stream. */
function narration(options: Pick<RunViewOptions, "color" | "terminal">): string {
  const view = new RunView({ ...options, columns: () => 60, now: () => 0, showlogs: true });
  const screen = new Screen();
  return EVENTS.flatMap((event) => screen.paint(view.render(event)))
    .map(({ to, text }) => `${to}: ${visible(text.replace(/\n$/, "⏎"))}\n`).join("");
}

/** Makes control characters visible. */
function visible(text: string): string {
  return text.replaceAll("\x1b", "␛").replaceAll("\r", "␍").replaceAll("\x07", "␇");
}
