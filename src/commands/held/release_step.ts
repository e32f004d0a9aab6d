/** Releases a held step: it continues, runs its own work, or fails. */
import { ClusterError } from "../../errors.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import { release, type ReleaseOptions, type ReleaseWord } from "../../hold/release.ts";
import type { Kube } from "../../kube/interface.ts";
import { joined, oneLine, type Printable, printable } from "../../printable.ts";
import { ReceiveExit } from "../../step/protocol/exit_codes.ts";
import { readUnwritten, wordReleaseNote } from "../../step/protocol/release.ts";

/** Exit codes above this come from a signal: the container ended, and the command with it. */
const SIGNALED = 128;

/** The step is still held: it has not written its results. */
export class ResultsUnwritten extends ClusterError {}

/**
 * Returns sentences about the released step, a line each. Throws ClusterError, and the first time
 * ResultsUnwritten for `continue` without an exit code.
 */
export async function releaseStep(
  kube: Kube,
  pause: Pause,
  word: ReleaseWord,
  options: ReleaseOptions = {},
): Promise<Printable> {
  const place = stepPath(pause);
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

/** `continue` does not skip the work of a step at Tekton's own breakpoint before it. */
function verbOf({ gate }: Pause, word: ReleaseWord): string {
  if (word === "fail") return "fails";
  return word === "run" || gate === "beforeStep" ? "does its work" : "continues";
}
