/** Releases a held step: it continues, runs its own work, or fails. */
import { ClusterError, UsageError } from "../../errors.ts";
import { readTaskRun } from "../../hold/held_step_info.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import { release, type ReleaseOptions, type ReleaseWord } from "../../hold/release.ts";
import type { Kube } from "../../kube/interface.ts";
import { joined, oneLine, type Printable, printable } from "../../printable.ts";
import { ReceiveExit } from "../../step/protocol/exit_codes.ts";
import { readUndeclared, readUnwritten, wordReleaseNote } from "../../step/protocol/release.ts";

/** Exit codes above this come from a signal: the container ended, and the command with it. */
const SIGNALED = 128;

/** The step is still held: it has not written its results. */
export class ResultsUnwritten extends ClusterError {}

/**
 * Returns sentences about the released step, a line each. Throws ClusterError, and the first time
 * ResultsUnwritten for `continue` without an exit code. Throws UsageError for results that cannot
 * be written.
 */
export async function releaseStep(
  kube: Kube,
  pause: Pause,
  word: ReleaseWord,
  options: ReleaseOptions = {},
): Promise<Printable> {
  const place = stepPath(pause);
  await checkResults(kube, pause, Object.keys(options.results ?? {}));
  const { exitCode, message, said } = await release(kube, pause, word, options);
  if (exitCode === undefined || exitCode === ReceiveExit.gateGone || exitCode > SIGNALED) {
    throw new ClusterError(`Cannot release step "${place}": it is no longer held`);
  }
  if (exitCode === ReceiveExit.resultsUnwritten) {
    const names = readUnwritten(said).join(", ");
    throw new ResultsUnwritten(
      `Cannot continue after step "${place}" yet: it has not written its results: ${names}`,
      {
        hint: "run its work (run), or write them (continue --result NAME=VALUE); " +
          "continue again leaves them out",
      },
    );
  }
  if (exitCode === ReceiveExit.resultUndeclared) {
    const { name, declared } = readUndeclared(said);
    throw undeclared(name, declared);
  }
  if (exitCode !== 0) {
    throw new ClusterError(`Cannot release step "${place}": ${said.trim() || message}`, {
      hint: "the step is still held; try again",
    });
  }
  const sentence = printable`Step ${place} ${verbOf(pause, word)}\n`;
  if (said === "" || pause.gate !== "script") return sentence;
  const note = oneLine(wordReleaseNote(said));
  return joined([sentence, printable`Note: ${note}\n`]);
}

/** Checks what the step's container does not: a gate script knows what its step declares. */
async function checkResults(kube: Kube, pause: Pause, names: readonly string[]): Promise<void> {
  if (names.length === 0 || pause.gate === "script") return;
  if (pause.gate !== "entrypoint") {
    throw new UsageError(
      `Cannot write result "${names[0]}" at step "${stepPath(pause)}": Tekton itself holds it`,
      { hint: `write /tekton/results/${names[0]} in a shell there, then continue` },
    );
  }
  const { taskRun } = await readTaskRun(kube, pause);
  const spec = taskRun?.status?.taskSpec;
  if (spec === undefined) return;
  const declared = (spec.results ?? []).map(({ name }) => name);
  const other = names.find((name) => !declared.includes(name));
  if (other !== undefined) throw undeclared(other, declared);
}

function undeclared(name: string, declared: readonly string[]): UsageError {
  return new UsageError(`Cannot write result "${name}": the Task does not declare it`, {
    hint: declared.length === 0 ? "it has no results" : `its results: ${declared.join(", ")}`,
  });
}

/** `continue` does not skip the work of a step at Tekton's own breakpoint before it. */
function verbOf({ gate }: Pause, word: ReleaseWord): string {
  if (word === "fail") return "fails";
  return word === "run" || gate === "beforeStep" ? "does its work" : "continues";
}
