/** Finds the held steps of a run. */
import { ClusterError, UsageError } from "../../errors.ts";
import { findHeldSteps } from "../../hold/held_steps.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { RESOURCE_OF, type Run } from "../../tekton/model.ts";
import { phaseOf } from "../../tekton/phase.ts";
import type { HeldOptions } from "../options/held_options.ts";

/** A run, and its steps that hold now. */
export interface FoundRun {
  readonly run: Stored<Run>;
  readonly held: readonly Pause[];
}

/** Finds all held steps. Throws ClusterError for a run that does not exist. */
export async function findHeld(kube: Kube, { kind, run: name }: HeldOptions): Promise<FoundRun> {
  const { namespace } = kube;
  const run = await kube.get<Run>(RESOURCE_OF[kind], namespace, name);
  return { run, held: await findHeldSteps(kube, { kind, namespace, name }) };
}

/** Finds the step that the command line names, or the only one. Throws as chooseHeld. */
export async function findStep(kube: Kube, options: HeldOptions): Promise<Pause> {
  return chooseHeld(options, await findHeld(kube, options));
}

/**
 * Returns the named step, or the only one. Throws ClusterError if no step is held, UsageError if
 * the named step is not held or several are.
 */
export function chooseHeld(options: HeldOptions, { run, held }: FoundRun): Pause {
  const asked = options.step;
  const owner = `${options.kind} "${run.metadata.name}"`;
  if (held.length === 0) throw noneHeld(options, run);
  const found = asked === undefined ? held : held.filter((one) => isCalled(one, asked));
  if (found.length === 1) return found[0];
  throw new UsageError(
    found.length === 0
      ? `Cannot find step "${asked}" of ${owner}: it is not held`
      : `Cannot choose a step of ${owner}: several are held`,
    { hint: `name a held step: ${held.map(stepPath).join(", ")}` },
  );
}

/** Whether the name is that of the held step: of the step alone, or as task/step. */
export function isCalled(pause: Pause, name: string): boolean {
  return stepPath(pause) === name || pause.targetStep === name;
}

export function noneHeld({ kind }: HeldOptions, run: Stored<Run>): ClusterError {
  const hasEnded = phaseOf(run).kind === "ended";
  return new ClusterError(
    `Cannot find a held step of ${kind} "${run.metadata.name}": no step is held`,
    { hint: hasEnded ? "the run has ended" : "has the run reached the step yet?" },
  );
}
