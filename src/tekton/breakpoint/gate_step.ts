/** Builds the step that holds a run, called the gate, from a step of the Task. Pure. */
import type { GateMode, GateScriptOptions } from "../../step/gate_script.ts";
import type { NamedStep, Step, TaskSpec } from "../model.ts";
import { stepName } from "../target.ts";
import { raisedTimeout } from "../timeouts.ts";

/** The step's part of a gate script's options: the gate adds the rest. */
export type GateScript = Omit<GateScriptOptions, "again">;

/** The parts of a gate; src/step provides the scripts. */
export interface Gate {
  script(options: GateScript): string;
  /** Returns the script's arguments; `own` is the step's own command line. */
  args(place: GatePlace, own: readonly string[]): string[];
  /** The gate's directory in the container. */
  readonly directory: string;
  /**
   * The name of the emptyDir mounted there, shared by all gates of a pod. No volume of the Task has
   * it.
   */
  readonly volume: string;
  /** Variables by which the gate recognizes a copy of its run. */
  readonly env: readonly NonNullable<Step["env"]>[number][];
  /** The command line of a step that only waits, for images without a shell. */
  readonly waiting: { readonly command: string[]; readonly args: string[] };
  /** The longest hold. A gate without a client for this long gives up. */
  readonly pauseSeconds: number;
}

/** The target of an upload, which the gate reports to the client. Tekton fills in the variables. */
export interface GatePlace {
  /** The path of a workspace or a volume; "" if unknown. */
  readonly path: string;
  /** The directory relative to `path`; "." for `path` itself. */
  readonly directory: string;
}

const NOWHERE: GatePlace = { path: "", directory: "." };

export interface Hold {
  readonly gate: Gate;
  /** Undefined if nothing is uploaded, or if the client finds the target by itself. */
  readonly place?: GatePlace;
  /** The gate's image; default: the step's. */
  readonly image?: string;
  /** Default: before. */
  readonly mode?: GateMode;
  /** Whether the script brings the gate's files along; default: true. */
  readonly carries?: boolean;
  /** The results that are missing if the step ends without its work. */
  readonly results?: readonly string[];
  /** All results that can be written there; undefined if not known. */
  readonly declared?: readonly string[];
  /** The Task's stepTemplate, for its env and envFrom. */
  readonly template?: Partial<Step>;
}

/**
 * Returns the step with the gate in place of its work: same name, user and mounts. Variables of the
 * upload's target stay, because only Tekton knows a mountPath that has params in it.
 */
export function gateStep(step: Step, name: string, hold: Hold): NamedStep {
  const { command: _, script: __, args: ___, ...kept } = step;
  const image = hold.image ?? step.image;
  return withGate({ ...kept, name, ...(image === undefined ? {} : { image }) }, hold, { args: [] });
}

/** Returns the step with a gate that also does the step's own work, its command or its script. */
export function holdingStep(step: Step, name: string, hold: Hold): NamedStep {
  const { command = [], script, args = [], timeout, ...kept } = step;
  const raised = raisedTimeout(timeout, hold.gate.pauseSeconds);
  const place = { ...kept, name, ...(raised === undefined ? {} : { timeout: raised }) };
  return withGate(place, hold, { script, args: [...command, ...args] });
}

function withGate(
  place: NamedStep,
  hold: Hold,
  own: { script?: string; args: string[] },
): NamedStep {
  const { gate, place: into = NOWHERE, mode = "before", carries = true, template = {} } = hold;
  const { results = [], declared } = hold;
  const step = place.name;
  return {
    ...place,
    script: gate.script({
      step,
      mode,
      carries,
      results,
      declared,
      own: own.script,
      ...environmentNames([template, place]),
    }),
    args: gate.args(into, own.args),
    ...withGateEnv(place, gate),
    volumeMounts: [...(place.volumeMounts ?? []), { name: gate.volume, mountPath: gate.directory }],
  };
}

/** Returns the step's env with the gate's variables; empty if the gate has none. */
export function withGateEnv({ env = [] }: Step, gate: Gate): Pick<Step, "env"> {
  return gate.env.length === 0 ? {} : { env: [...env, ...gate.env] };
}

/** Returns the names of the variables. A variable of a later place overrides an earlier one. */
function environmentNames(
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

/** Returns the spec with the gate's volume, once for all gates that share it. */
export function withGateVolume<T extends TaskSpec>(spec: T, gate: Gate): T {
  if (spec.volumes?.some(({ name }) => name === gate.volume)) return spec;
  return { ...spec, volumes: [...(spec.volumes ?? []), { name: gate.volume, emptyDir: {} }] };
}

/** Returns the fields that decide where and as which user the step runs, without its work. */
export function bareStep(step: Partial<Step>): Partial<Step> {
  const { image, imagePullPolicy, securityContext, computeResources } = step;
  return Object.fromEntries(
    Object.entries({ image, imagePullPolicy, securityContext, computeResources })
      .filter(([, value]) => value !== undefined),
  );
}

/**
 * Prepares the spec for gates. The template's command and args move into the steps that rely on
 * them, because Tekton refuses a command beside the gate's script. Every step gets a name, because
 * Tekton names unnamed steps by their index, which an inserted step shifts.
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

/** Tekton treats an empty list as absent. */
function isEmpty(list: readonly string[] | undefined): boolean {
  return list === undefined || list.length === 0;
}
