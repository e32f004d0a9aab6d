/** `pipelinerun|taskrun continue|fail-continue|run`: what a held step is to do. */
import type { Call } from "../cli/parse.ts";
import { ClusterError, UsageError } from "../errors.ts";
import type { ConnectOptions, Host } from "../host.ts";
import { type FoundStep, heldSteps } from "../run/held_steps.ts";
import { RESOURCE_OF, type Run, type RunKind } from "../run/live_run.ts";
import { release, type ReleaseWord } from "../run/release.ts";
import { ReceiveExit } from "../step/scripts.ts";
import { phaseOf } from "../tekton/phase.ts";
import { connectFlags } from "./upload_options.ts";

export interface Options {
  readonly connect: ConnectOptions;
  readonly kind: RunKind;
  readonly run: string;
  /** "task/step", or in a TaskRun "step". */
  readonly step?: string;
  readonly word: ReleaseWord;
}

const KINDS: Record<string, RunKind> = { pipelinerun: "PipelineRun", taskrun: "TaskRun" };
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
export function options({ command: { path: [group, verb] }, args, flags }: Call): Options {
  return {
    connect: connectFlags(flags),
    kind: KINDS[group],
    run: args.RUN!,
    step: args.STEP,
    word: WORDS[verb],
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  const kube = await host.connect(options.connect);
  const { namespace } = kube;
  const { kind, run: name, word } = options;
  const found = await kube.get<Run>(RESOURCE_OF[kind], namespace, name);
  const held = await heldSteps(kube, { kind, namespace, name });
  const step = choose(found, held, options.step);
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

function choose(run: Run, held: readonly FoundStep[], asked: string | undefined): FoundStep {
  const what = `${run.kind} "${run.metadata.name}"`;
  const names = held.map(placeName);
  if (held.length === 0) {
    const phase = phaseOf(run);
    throw new ClusterError(`Cannot find a held step of ${what}: none holds`, {
      hint: phase.kind === "ended" ? "the run has ended" : "has it come there yet?",
    });
  }
  const found = asked === undefined ? held : held.filter((one) => placeName(one) === asked);
  if (found.length === 1) return found[0];
  throw new UsageError(
    found.length === 0
      ? `Cannot find step "${asked}" of ${what}: it does not hold`
      : `Cannot choose a step of ${what}: several hold`,
    { hint: `name one that holds: ${names.join(", ")}` },
  );
}

function placeName({ task, of }: FoundStep): string {
  return task === undefined ? of : `${task}/${of}`;
}
