/** The step that holds a run: pure. */
import type { Step, TaskSpec } from "./model.ts";

/** What a gate is made of; its script comes from src/step. */
export interface Gate {
  readonly script: string;
  /** Where the gate keeps its own files in the container. */
  readonly directory: string;
  /** Of the emptyDir behind that directory: unlike every volume of the Task. */
  readonly volume: string;
  /** Its script's arguments, given the path of the workspace. */
  args(workspacePath: string): string[];
}

/**
 * The given step with the gate in its command's place: same name, image, user and mounts.
 * The workspace's path is left for Tekton to fill in, who alone knows a mountPath with params in it.
 */
export function gateStep(step: Step, name: string, workspace: string, gate: Gate): Step {
  const { command: _, script: __, args: ___, ...kept } = step;
  return {
    ...kept,
    name,
    script: gate.script,
    args: gate.args(`$(workspaces.${workspace}.path)`),
    volumeMounts: [...(step.volumeMounts ?? []), { name: gate.volume, mountPath: gate.directory }],
  };
}

/** The spec with the volume that a gate needs. */
export function withGateVolume<T extends TaskSpec>(spec: T, gate: Gate): T {
  return { ...spec, volumes: [...(spec.volumes ?? []), { name: gate.volume, emptyDir: {} }] };
}

/** What of a step decides where and as whom it runs, and nothing of what it does. */
export function bareStep(step: Partial<Step>): Partial<Step> {
  const { image, imagePullPolicy, securityContext, computeResources } = step;
  return Object.fromEntries(
    Object.entries({ image, imagePullPolicy, securityContext, computeResources })
      .filter(([, value]) => value !== undefined),
  );
}
