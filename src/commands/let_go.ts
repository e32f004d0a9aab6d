/** `pipelinerun|taskrun continue|fail-continue|run`: what a held step is to do. */
import type { Call } from "../cli/parse.ts";
import { ClusterError } from "../errors.ts";
import type { Host } from "../host.ts";
import { release, type ReleaseWord } from "../run/release.ts";
import { ReceiveExit } from "../step/scripts.ts";
import { findStep, type HeldOptions, heldOptions, placeName } from "./held_step.ts";

export interface Options extends HeldOptions {
  readonly word: ReleaseWord;
}

const WORDS: Record<string, ReleaseWord> = {
  continue: "continue",
  "fail-continue": "fail",
  run: "run",
};
const DONE: Record<ReleaseWord, string> = {
  continue: "goes on",
  fail: "fails",
  run: "does its work",
};

/** Pure. */
export function options(call: Call): Options {
  return { ...heldOptions(call), word: WORDS[call.command.path[1]] };
}

export async function run(host: Host, options: Options): Promise<number> {
  const kube = await host.connect(options.connect);
  const { kind, run: name, word } = options;
  const step = await findStep(kube, options);
  const { exitCode, message } = await release(kube, step, word);
  const place = placeName(step);
  if (exitCode === ReceiveExit.gateGone) {
    throw new ClusterError(
      `Cannot let step "${place}" of ${kind} "${name}" go: it has gone already`,
    );
  }
  if (exitCode !== 0) {
    throw new ClusterError(`Cannot let step "${place}" of ${kind} "${name}" go: ${message}`, {
      hint: "it holds still; try again",
    });
  }
  host.terminal.err(`Step ${place} of ${kind} ${name} ${DONE[word]}\n`);
  return 0;
}
