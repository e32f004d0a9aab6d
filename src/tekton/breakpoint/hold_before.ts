/**
 * Holds a step that can't hold itself, for its image has no shell or its work is the image's own
 * entrypoint: by a step before it, in the same image, that waits with neither, and a condition on
 * the step itself. Pure.
 *
 * The condition asks for the result that whoever lets the waiting step go has written: with "true"
 * the step runs as it would, else not at all.
 */
import { type Gate, withGateEnv } from "./gate_step.ts";
import type { NamedStep } from "../model.ts";

/** The result of the waiting step; "true" has the step do its work. */
export const RUN_RESULT = "run";

/** The two steps in the place of the one. `taken` are the names of all others. */
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

/** A step's name is a DNS label; Tekton's prefix to it makes its container's, one too. */
const MOST_CHARACTERS = 50;

function unusedName(step: string, taken: readonly string[]): string {
  const wanted = `hold-${step}`.slice(0, MOST_CHARACTERS).replace(/-+$/, "");
  let name = wanted;
  for (let at = 2; taken.includes(name); at++) name = `${wanted}-${at}`;
  return name;
}
