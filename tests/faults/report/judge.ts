/** Compares the observations of an injection with what the README promises. Pure. */
import type { Injection, Observation } from "../trial/injection.ts";
import { LOG_LINES } from "../trial/tree.ts";

export const COUNTS = [
  "not injected",
  "released incomplete",
  "left over",
  "no end",
  "exit code",
  "exit 70",
  "log lines",
] as const;

export interface Problem {
  readonly count: typeof COUNTS[number];
  readonly text: string;
}

export interface Cell extends Injection {
  readonly seen: Observation;
  readonly problems: readonly Problem[];
}

export function judge({ fault, phase }: Injection, seen: Observation): Problem[] {
  const problems: Problem[] = [];
  const say = (count: Problem["count"], text: string) => problems.push({ count, text });
  if (seen.error !== undefined) say("not injected", seen.error);
  else if (!seen.injected) say("not injected", "the fault did not strike");
  if (seen.wrongTree) {
    say("released incomplete", `the step saw another tree: ${seen.wrongTree}`);
  }
  for (const one of seen.leftOvers) say("left over", one);
  if (seen.hung) say("no end", `no end within ${fault.endSeconds} s`);
  else if (seen.code === 70) say("exit 70", "a bug, by its exit code");
  else {
    const right = [...fault.codes(phase), ...phase.isInterrupted ? [INTERRUPTED] : []];
    const why = whyWrong(seen, right);
    if (why !== undefined) say("exit code", why);
  }
  const isForged = fault.forgesLogs && phase.kind === "step log" || seen.saysNoLog;
  if (seen.code === 0 && !isForged && seen.lines.join() !== ALL_LINES) {
    say("log lines", `the log came as lines ${seen.lines.join(", ")}`);
  }
  return problems;
}

/** The exit code after Ctrl-C, by which a phase is reached. */
const INTERRUPTED = 130;
const ALL_LINES = Array.from({ length: LOG_LINES }, (_, at) => at + 1).join();

function whyWrong({ code, run, wrongTree, state }: Observation, right: readonly number[]) {
  if (!right.includes(code)) return `exit code ${code}, not ${right.join(" or ")}`;
  if (code === 0 && run !== "succeeded") return `exit code 0, but the run is ${run ?? "not there"}`;
  if (code === 0 && (state !== "released" || wrongTree !== "")) {
    return "exit code 0, but no step saw the tree";
  }
  if (code === 1 && run !== "failed" && run !== "cancelled") return `exit code 1 of a run ${run}`;
  return undefined;
}
