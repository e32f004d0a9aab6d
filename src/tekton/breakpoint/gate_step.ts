/** The step that holds a run, and its places in a Task: in a step's own, or before the first. Pure. */
import type { GateMode, GateScriptOptions } from "../../step/scripts.ts";
import type { NamedStep, Step, TaskSpec } from "../model.ts";
import { stepName } from "../target.ts";
import { raisedTimeout } from "../timeouts.ts";

/** The step's part of a gate script's options: the gate adds the rest. */
export type GateScript = Omit<GateScriptOptions, "again">;

/** What a gate is made of; its scripts come from src/step. */
export interface Gate {
  script(options: GateScript): string;
  /** Its arguments, given where the upload goes and the step's own command line. */
  args(place: GatePlace, own: readonly string[]): string[];
  /** Where the gate keeps its own files in the container. */
  readonly directory: string;
  /** Of the emptyDir behind that directory, one for all gates of a pod: unlike every volume of the Task. */
  readonly volume: string;
  /** By which it knows that its run is a copy. */
  readonly env: readonly NonNullable<Step["env"]>[number][];
  /** The command line of a step that only waits, where there is no shell. */
  readonly waiting: { readonly command: string[]; readonly args: string[] };
  /** How long it may hold; after this long with nobody there it gives up. */
  readonly pauseSeconds: number;
}

/** Where an upload goes, as the gate is to tell it; Tekton fills in the variables. */
export interface GatePlace {
  /** Of a workspace or a volume; "": not known. */
  readonly path: string;
  /** Relative to it; "." for itself. */
  readonly directory: string;
}

const NOWHERE: GatePlace = { path: "", directory: "." };

export interface Hold {
  readonly gate: Gate;
  /** Undefined: nothing is uploaded, or where to is known otherwise. */
  readonly place?: GatePlace;
  /** What it runs in, where that is not the step's own image. */
  readonly image?: string;
  /** Default: before its work. */
  readonly mode?: GateMode;
  /** Default: it does. */
  readonly carries?: boolean;
  /** What the Task's template has of an environment. */
  readonly template?: Partial<Step>;
}

/**
 * The given step with the gate in its work's place: same name, user and mounts. The place's variables are left for
 * Tekton to fill in, who alone knows a mountPath with params in it.
 */
export function gateStep(step: Step, name: string, hold: Hold): NamedStep {
  const { command: _, script: __, args: ___, ...kept } = step;
  const image = hold.image ?? step.image;
  return withGate({ ...kept, name, ...(image === undefined ? {} : { image }) }, hold, { args: [] });
}

/** The same, with the step's own work kept for the gate to do: its command or its script. */
export function holdingStep(step: Step, name: string, hold: Hold): NamedStep {
  const { command = [], script, args = [], timeout, ...kept } = step;
  const raised = raisedTimeout(timeout, hold.gate.pauseSeconds);
  const place = { ...kept, name, ...(raised === undefined ? {} : { timeout: raised }) };
  return withGate(place, hold, { script, args: [...command, ...args] });
}

function withGate(
  place: NamedStep,
  { gate, place: into = NOWHERE, mode = "before", carries = true, template = {} }: Hold,
  own: { script?: string; args: string[] },
): NamedStep {
  const step = place.name;
  return {
    ...place,
    script: gate.script({
      step,
      mode,
      carries,
      own: own.script,
      ...environmentNames([template, place]),
    }),
    args: gate.args(into, own.args),
    ...withGateEnv(place, gate),
    volumeMounts: [...(place.volumeMounts ?? []), { name: gate.volume, mountPath: gate.directory }],
  };
}

/** The step's environment, where the gate needs some. */
export function withGateEnv({ env = [] }: Step, gate: Gate): Pick<Step, "env"> {
  return gate.env.length === 0 ? {} : { env: [...env, ...gate.env] };
}

/** A later one's variable takes the place of an earlier one's. */
export function environmentNames(
  places: readonly { env?: Step["env"]; envFrom?: unknown }[],
): Pick<GateScript, "plain" | "secret" | "hidden"> {
  const isSecret = new Map<string, boolean>();
  for (const { name, valueFrom } of places.flatMap(({ env }) => env ?? [])) {
    isSecret.set(name, (valueFrom as { secretKeyRef?: unknown })?.secretKeyRef !== undefined);
  }
  const names = (secret: boolean) =>
    [...isSecret].filter(([, one]) => one === secret).map(([name]) => name);
  const sources = places.flatMap(({ envFrom }) => (envFrom ?? []) as { secretRef?: unknown }[]);
  const hidden = sources.some(({ secretRef }) => secretRef !== undefined);
  return { plain: names(false), secret: names(true), hidden };
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

/**
 * The spec as it has to be before any of its steps is swapped: the template's command and args in
 * the steps that relied on them, for Tekton refuses a command beside the gate's script; and every
 * step named, for an unnamed one is called by its place, which a step before it would shift.
 */
export function preparedForGate(spec: TaskSpec): TaskSpec & { steps: NamedStep[] } {
  const { command, args, ...template } = spec.stepTemplate ?? {};
  const steps = (spec.steps ?? []).map((step, at) => {
    const named = { ...step, name: stepName(step, at) };
    if (step.ref !== undefined) return named;
    if (command !== undefined && isEmpty(step.command) && !step.script) named.command = command;
    if (args !== undefined && isEmpty(step.args)) named.args = args;
    return named;
  });
  return spec.stepTemplate === undefined
    ? { ...spec, steps }
    : { ...spec, stepTemplate: template, steps };
}

/** Tekton takes an empty list for none. */
function isEmpty(list: readonly string[] | undefined): boolean {
  return list === undefined || list.length === 0;
}
