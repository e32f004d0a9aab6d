/** The summary of a run: a table of its tasks and one sentence. Pure. */
import type { Outcome, TaskOutcome } from "../events.ts";
import { escape, joined, type Printable, printable } from "../printable.ts";
import { OUT_OF_MEMORY } from "../tekton/phase.ts";
import { isPodSecurity, POD_SECURITY_HINT } from "../tekton/pod_security.ts";
import { plainLines } from "./text/sanitize.ts";
import { type Style, type Styles, styles } from "./text/style.ts";
import { formatDuration } from "./text/units.ts";

/** Returns the summary, which ends with a newline. */
export function renderSummary(outcome: Outcome, { color }: { color: boolean }): Printable {
  return rendered(outcome, outcome.tasks, styles(color));
}

/** Returns why a run failed: its summary with the failed tasks alone. */
export function renderFailure(outcome: Outcome, { color }: { color: boolean }): Printable {
  const failed = outcome.tasks.filter(({ status }) => status === "failed");
  return rendered(outcome, failed, styles(color));
}

function rendered(outcome: Outcome, tasks: readonly TaskOutcome[], style: Styles): Printable {
  const nameWidth = Math.max(0, ...tasks.map(({ name }) => escape(name).length));
  const wordWidth = Math.max(0, ...tasks.map((task) => wordOf(task).length));
  const lines = tasks.flatMap((task) => {
    const { mark, paint } = markOf(task, style);
    const word = wordOf(task);
    const time = task.elapsedMs === undefined
      ? printable``
      : printable`${" ".repeat(wordWidth - word.length)}  ${formatDuration(task.elapsedMs)}`;
    const name = printable` ${escape(task.name).padEnd(nameWidth)}  `;
    return [
      joined([paint(mark), name, paint(word), time]),
      ...whyFailed(task).map((line) => joined([printable`  `, line])),
    ];
  });
  const blank = lines.length === 0 ? [] : [printable``];
  return joined([...lines, ...blank, ...sentence(outcome, style), printable``], "\n");
}

/** Returns "uploaded" for the task that the upload replaced, if it succeeded. */
function wordOf({ status, uploaded }: TaskOutcome): string {
  return uploaded === true && status === "succeeded" ? "uploaded" : status;
}

function markOf({ status }: TaskOutcome, style: Styles): { mark: string; paint: Style } {
  switch (status) {
    case "succeeded":
      return { mark: "✓", paint: style.green };
    case "failed":
      return { mark: "✗", paint: style.red };
    case "cancelled":
      return { mark: "⊘", paint: style.yellow };
    default:
      return { mark: "-", paint: style.dim };
  }
}

function whyFailed({ status, failedStep, message }: TaskOutcome): Printable[] {
  if (status !== "failed") return [];
  const lines = plainLines(message ?? "");
  if (failedStep === undefined) {
    return isPodSecurity(message ?? "") ? [...lines, printable`Hint: ${POD_SECURITY_HINT}`] : lines;
  }
  const { step, exitCode, reason, limit } = failedStep;
  if (reason === OUT_OF_MEMORY) {
    const had = limit === undefined ? "" : ` (limit ${limit})`;
    return [printable`step ${step}: ${reason}${had}`, ...lines];
  }
  // For every nonzero exit code, the reason of a container is "Error".
  const why = reason === undefined || reason === "Error" ? "" : ` (${reason})`;
  return [printable`step ${step}: exit code ${exitCode}${why}`, ...lines];
}

function sentence(outcome: Outcome, style: Styles): Printable[] {
  const { succeeded, resource, name, reason, message, elapsedMs } = outcome;
  const run = `${resource} ${name}`;
  if (succeeded) {
    const time = elapsedMs === undefined ? "" : ` in ${formatDuration(elapsedMs)}`;
    return [style.green(`${run} succeeded${time}`)];
  }
  const time = elapsedMs === undefined ? "" : ` after ${formatDuration(elapsedMs)}`;
  const why = reason === "" || reason === "Failed" ? "" : ` (${plainLines(reason).join(" ")})`;
  // The message of a TaskRun equals that of its only task, which is in the table.
  const isInTable = outcome.tasks.some((task) =>
    task.status === "failed" && task.message === message
  );
  const [first, ...more] = isInTable ? [] : plainLines(message);
  const failed = style.red(`${run} failed${time}${why}`);
  return [
    first === undefined ? failed : joined([failed, first], ": "),
    ...more.map((line) => joined([printable`  `, line])),
  ];
}
