/**
 * Holds a step that can't run a gate, because its image has no shell or its work is the image's own
 * entrypoint. A step before it, in the same image, waits without a shell; a condition on the step
 * itself reads the waiting step's result. Pure.
 *
 * The client writes that result when it releases the waiting step: with "true" the step runs
 * unchanged, otherwise Tekton skips it.
 */
import { type Gate, withGateEnv } from "./gate_step.ts";
import type { NamedStep } from "../model.ts";

/** The waiting step's result; with "true" the step does its work. */
export const RUN_RESULT = "run";

/** Returns the waiting step and the step with its condition. `taken` are the other steps' names. */
export function holdBefore(step: NamedStep, taken: readonly string[], gate: Gate): NamedStep[] {
  const name = unusedName(step.name, taken);
  const { script: _, results: __, onError: ___, ...place } = step;
  const { command, args } = gate.waiting;
  const waiting = {
    ...place,
    name,
    command,
    args,
    ...withGateEnv(step, gate),
    results: [{ name: RUN_RESULT }],
    timeout: `${gate.pauseSeconds}s`,
    volumeMounts: [...(step.volumeMounts ?? []), { name: gate.volume, mountPath: gate.directory }],
  };
  const condition = {
    input: `$(steps.${name}.results.${RUN_RESULT})`,
    operator: "in",
    values: ["true"],
  };
  return [waiting, { ...step, when: [...(step.when ?? []), condition] }];
}

/** A container's name is a DNS label of 63 characters, of which Tekton's prefix takes some. */
const MOST_CHARACTERS = 50;

function unusedName(step: string, taken: readonly string[]): string {
  const wanted = `hold-${step}`.slice(0, MOST_CHARACTERS).replace(/-+$/, "");
  let name = wanted;
  for (let at = 2; taken.includes(name); at++) name = `${wanted}-${at}`;
  return name;
}
