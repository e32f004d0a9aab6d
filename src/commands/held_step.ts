/** What the verbs of `pipelinerun` and `taskrun` share: one held step of a run. */
import type { Call } from "../cli/parse.ts";
import { ClusterError, UsageError } from "../errors.ts";
import type { ConnectOptions } from "../host.ts";
import type { Kube, Stored } from "../kube/interface.ts";
import { findHeldSteps } from "../hold/held_steps.ts";
import { RESOURCE_OF, type Run, type RunKind } from "../tekton/model.ts";
import { type Pause, stepPath } from "../hold/pause.ts";
import { phaseOf } from "../tekton/phase.ts";
import { connectFlags } from "./upload_options.ts";

export interface HeldOptions {
  readonly connect: ConnectOptions;
  readonly kind: RunKind;
  readonly run: string;
  /** "task/step", or in a TaskRun "step". */
  readonly step?: string;
}

const KINDS: Record<string, RunKind> = { pipelinerun: "PipelineRun", taskrun: "TaskRun" };

/** Pure. */
export function heldOptions({ command: { path: [group] }, args, flags }: Call): HeldOptions {
  return {
    connect: connectFlags(flags),
    kind: KINDS[group],
    run: args.RUN!,
    step: args.STEP ?? undefined,
  };
}

/** All that hold. Throws ClusterError for a run that is not there. */
export async function findHeld(
  kube: Kube,
  { kind, run: name }: HeldOptions,
): Promise<{ run: Stored<Run>; held: Pause[] }> {
  const { namespace } = kube;
  const run = await kube.get<Run>(RESOURCE_OF[kind], namespace, name);
  return { run, held: await findHeldSteps(kube, { kind, namespace, name }) };
}

/** The one that is meant. Throws ClusterError where none holds, UsageError where it is not plain. */
export async function findStep(kube: Kube, options: HeldOptions): Promise<Pause> {
  const { run, held } = await findHeld(kube, options);
  const asked = options.step;
  const what = `${options.kind} "${run.metadata.name}"`;
  const names = held.map(stepPath);
  if (held.length === 0) throw noneHolds(options, run);
  const found = asked === undefined
    ? held
    : held.filter((one) => stepPath(one) === asked || one.targetStep === asked);
  if (found.length === 1) return found[0];
  throw new UsageError(
    found.length === 0
      ? `Cannot find step "${asked}" of ${what}: it does not hold`
      : `Cannot choose a step of ${what}: several hold`,
    { hint: `name one that holds: ${names.join(", ")}` },
  );
}

export function noneHolds({ kind }: HeldOptions, run: Run): ClusterError {
  const hasEnded = phaseOf(run).kind === "ended";
  return new ClusterError(
    `Cannot find a held step of ${kind} "${run.metadata.name}": none holds`,
    { hint: hasEnded ? "the run has ended" : "has it come there yet?" },
  );
}

/** What a person types for the verb on this run: `tkn-dev pipelinerun shell build-run-x7k2p -n ns`. */
export function verb({ kind, run, connect }: Omit<HeldOptions, "step">, word: string): string {
  const { namespace, context, kubeconfig } = connect;
  const flags = Object.entries({ "-n": namespace, "-c": context, "-k": kubeconfig })
    .flatMap(([flag, value]) => value === undefined ? [] : [flag, value]);
  return ["tkn-dev", kind.toLowerCase(), word, run, ...flags].join(" ");
}
