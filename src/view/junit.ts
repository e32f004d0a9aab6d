/** The outcome of a run as a JUnit report: a suite for the run, a case for each step. Pure. */
import type { Outcome, RunEvent, StepOutcome, TaskOutcome } from "../events.ts";
import { formatDuration } from "./text/units.ts";

/** The last lines of a failed step that its case shows, and the characters of each. */
const LAST_LINES = 50;
const LINE_CHARS = 2_000;

interface Case {
  readonly className: string;
  readonly name: string;
  readonly elapsedMs?: number;
  readonly failure?: { readonly type: string; readonly message: string; readonly text: string };
  /** The reason, if the step did not run. */
  readonly skipped?: string;
}

/** Keeps the last lines of each step, for the report at the run's end. */
export class JunitReport {
  readonly #lines = new Map<string, string[]>();
  #outcome: Outcome | undefined;

  add(event: RunEvent): void {
    if (event.kind === "ended") this.#outcome = event.outcome;
    if (event.kind !== "log") return;
    const key = keyOf(event.task, event.step);
    const lines = this.#lines.get(key) ?? [];
    lines.push(event.line.slice(0, LINE_CHARS));
    if (lines.length > LAST_LINES) lines.shift();
    this.#lines.set(key, lines);
  }

  /** Returns the XML; undefined if the run has not ended. */
  render(): string | undefined {
    return this.#outcome === undefined ? undefined : renderJunit(
      this.#outcome,
      (task, step) => this.#lines.get(keyOf(task, step)) ?? [],
    );
  }
}

/** Returns the report. `linesOf` returns the last lines of a step; the task is "" in a TaskRun. */
export function renderJunit(
  outcome: Outcome,
  linesOf: (task: string, step: string) => readonly string[] = () => [],
): string {
  const isTaskRun = outcome.resource === "TaskRun";
  const cases = outcome.tasks.flatMap((task) => {
    // A task with several TaskRuns is `build (build-run-0)`.
    const logged = isTaskRun ? "" : task.name.replace(/ \([^()]*\)$/, "");
    return casesOf(task, (step) => linesOf(logged, step));
  });
  if (!outcome.succeeded && cases.every(({ failure }) => failure === undefined)) {
    const { resource, name, reason, message } = outcome;
    const failure = { type: reason, message: message || reason, text: message };
    cases.push({ className: resource, name, failure });
  }
  const count = (is: (one: Case) => boolean) => cases.filter(is).length;
  const totals = attributes({
    tests: cases.length,
    failures: count(({ failure }) => failure !== undefined),
    errors: 0,
    skipped: count(({ skipped }) => skipped !== undefined),
    time: seconds(outcome.elapsedMs),
  });
  const name = attributes({ name: `${outcome.resource} ${outcome.name}` });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${totals}>`,
    `  <testsuite${name}${totals}>`,
    ...cases.flatMap(caseLines),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function casesOf(task: TaskOutcome, linesOf: (step: string) => readonly string[]): Case[] {
  const className = task.name;
  const steps = (task.steps ?? []).map((step) => stepCase(task, step, linesOf(step.name)));
  const { status, elapsedMs, message = "" } = task;
  const hasFailure = steps.some(({ failure }) => failure !== undefined);
  if (status === "failed" && !hasFailure || status === "cancelled") {
    const failure = { type: status, message: firstLine(message) || status, text: message };
    return [...steps, { className, name: className, elapsedMs, failure }];
  }
  if (steps.length > 0) return steps;
  const skipped = status === "succeeded" || status === "failed" ? undefined : message || status;
  return [{ className, name: className, elapsedMs, skipped }];
}

function stepCase(
  { name: className, message, failedStep }: TaskOutcome,
  { name, status, exitCode, reason, elapsedMs }: StepOutcome,
  lines: readonly string[],
): Case {
  if (status === "skipped") return { className, name, skipped: reason ?? status };
  if (status === "succeeded") return { className, name, elapsedMs };
  const limit = failedStep?.step === name ? failedStep.limit : undefined;
  const why = reason === undefined || reason === "Error" ? "" : ` (${reason})`;
  const had = limit === undefined ? "" : `, limit ${limit}`;
  const after = elapsedMs === undefined ? "" : ` after ${formatDuration(elapsedMs)}`;
  const failure = {
    type: reason ?? "Error",
    message: `exit code ${exitCode}${why}${had}${after}`,
    text: [message ?? "", ...lines].filter((line, at) => at > 0 || line !== "").join("\n"),
  };
  return { className, name, elapsedMs, failure };
}

function caseLines({ className, name, elapsedMs, failure, skipped }: Case): string[] {
  const start = `    <testcase${
    attributes({ classname: className, name, time: seconds(elapsedMs) })
  }`;
  if (failure !== undefined) {
    const { message, type, text } = failure;
    const why = `<failure${attributes({ message, type })}>${escapeXml(text)}</failure>`;
    return [`${start}>`, `      ${why}`, "    </testcase>"];
  }
  if (skipped === undefined) return [`${start}/>`];
  return [
    `${start}>`,
    `      <skipped${attributes({ message: firstLine(skipped) })}/>`,
    "    </testcase>",
  ];
}

function keyOf(task: string | undefined, step: string): string {
  return `${task ?? ""}/${step}`;
}

function firstLine(text: string): string {
  return text.split("\n")[0];
}

function seconds(ms: number | undefined): string {
  return ((ms ?? 0) / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values).map(([name, value]) => ` ${name}="${escapeXml(`${value}`)}"`)
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Colors and other escape sequences, of which nothing shall remain. */
// deno-lint-ignore no-control-regex
const SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?)/g;

/** Characters that XML 1.0 does not allow. https://www.w3.org/TR/xml/#charsets */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]/g;

/** Returns the text as XML, without control characters; lone surrogates become U+FFFD. */
export function escapeXml(text: string): string {
  return text.replace(SEQUENCES, "").toWellFormed().replace(FORBIDDEN, "")
    .replace(/[&<>"]/g, (character) => ENTITIES[character]);
}
