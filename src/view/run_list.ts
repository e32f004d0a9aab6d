/** A numbered list of runs, of which the user chooses one by a line. Pure. */
import { escape, joined, type Printable, printable } from "../printable.ts";
import type { PipelineRun, TaskRun } from "../tekton/model.ts";
import { phaseOf } from "../tekton/phase.ts";
import { formatDuration } from "./text/units.ts";

export interface ListedRun {
  readonly name: string;
  /** Its reason, or "Running". */
  readonly status: string;
  /** The time since its creation: "2m5s". */
  readonly age: string;
}

export function listedRun(run: PipelineRun | TaskRun, nowMs: number): ListedRun {
  const phase = phaseOf(run);
  const createdMs = Date.parse(run.metadata.creationTimestamp ?? "");
  const ageMs = Number.isNaN(createdMs) ? 0 : Math.max(0, nowMs - createdMs);
  return {
    name: run.metadata.name ?? "",
    status: phase.kind === "ended" ? phase.reason : "Running",
    age: formatDuration(Math.round(ageMs / 1000) * 1000).replace(".0s", "s"),
  };
}

/**
 * Returns the list, and the question without a newline:
 *
 *     1  build-run-x7k2p  Failed   started 24s ago
 *     2  build-run-b2b9d  Running  started 1m4s ago
 *     Which run? Its number or name, or Enter for 1:
 */
export function renderRunList(runs: readonly ListedRun[]): Printable {
  const width = (texts: string[]) => Math.max(...texts.map((text) => escape(text).length));
  const [number, name, status] = [
    `${runs.length}`.length,
    width(runs.map((run) => run.name)),
    width(runs.map((run) => run.status)),
  ];
  const lines = runs.map((run, at) =>
    `${`${at + 1}`.padStart(number)}  ${escape(run.name).padEnd(name)}  ` +
    `${escape(run.status).padEnd(status)}  started ${run.age} ago`
  );
  return joined([...lines.map((line) => printable`${line}\n`), question()]);
}

/** Returns the place in the list that a typed line chooses; else what to ask again. */
export function chosenRun(
  runs: readonly ListedRun[],
  line: string,
): { at?: number; question: Printable } {
  const typed = line.trim();
  const byName = runs.findIndex(({ name }) => name === typed);
  const at = typed === "" ? 0 : /^\d+$/.test(typed) && byName < 0 ? Number(typed) - 1 : byName;
  if (at >= 0 && at < runs.length) return { at, question: printable`` };
  return { question: joined([printable`No run "${typed}" in the list. `, question()]) };
}

function question(): Printable {
  return printable`Which run? Its number or name, or Enter for 1: `;
}
