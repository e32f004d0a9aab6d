/** `pipelinerun|taskrun continue|fail-continue`: what a held step is to do. */
import type { Call } from "../cli/parse.ts";
import { ClusterError, UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { joined, oneLine, type Printable, printable } from "../printable.ts";
import { type Pause, stepPath } from "../hold/pause.ts";
import { release, type ReleaseOptions, type ReleaseWord } from "../hold/release.ts";
import { ReceiveExit } from "../step/protocol/exit_codes.ts";
import { wordReleaseNote } from "../step/protocol/release.ts";
import { findStep, type HeldOptions, heldOptions } from "./held_step.ts";

export interface Options extends HeldOptions {
  readonly word: ReleaseWord;
  readonly exitCode?: number;
}

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const own = heldOptions(call);
  if (call.command.path[1] === "fail-continue") return { ...own, word: "fail" };
  return { ...own, word: "continue", exitCode: readExitCode(call.flags.text("exit-code")) };
}

export async function run(host: Host, options: Options): Promise<number> {
  const kube = await host.connect(options.connect);
  const pause = await findStep(kube, options);
  host.terminal.err(await letGo(kube, pause, options.word, options));
  return 0;
}

/** What became of it, a sentence a line. Throws ClusterError where it does not go. */
export async function letGo(
  kube: Kube,
  pause: Pause,
  word: ReleaseWord,
  options: ReleaseOptions = {},
): Promise<Printable> {
  const place = stepPath(pause);
  const { exitCode, message, said } = await release(kube, pause, word, options);
  if (exitCode === undefined || exitCode === ReceiveExit.gateGone || exitCode > SIGNALED) {
    throw new ClusterError(`Cannot let step "${place}" go: it has gone already`);
  }
  if (exitCode !== 0) {
    throw new ClusterError(`Cannot let step "${place}" go: ${said.trim() || message}`, {
      hint: "it holds still; try again",
    });
  }
  const sentence = printable`Step ${place} ${does(pause, word)}\n`;
  if (said === "" || pause.gate !== "script") return sentence;
  const note = oneLine(wordReleaseNote(said));
  return joined([sentence, printable`Note: ${note}\n`]);
}

/** Above this it was a signal's: the container has ended, and took the command along with it. */
const SIGNALED = 128;

/** Tekton's own breakpoint before a step can't skip its work. */
function does({ gate }: Pause, word: ReleaseWord): string {
  if (word === "fail") return "fails";
  return word === "run" || gate === "beforeStep" ? "does its work" : "goes on";
}

function readExitCode(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const code = /^\d{1,3}$/.test(text) ? Number(text) : 256;
  if (code <= 255) return code;
  throw new UsageError(`Cannot read --exit-code "${text}": it is no exit code`, {
    hint: "a number from 0 to 255",
  });
}
