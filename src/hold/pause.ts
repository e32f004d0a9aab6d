/** Reads from a pod and a log line that a step holds: pure. */
import { POST_FILE } from "../step/entrypoint.ts";
import { type GateKind, readBreakpointLine, readHeldLine } from "../step/protocol/gate.ts";
import { GATE_DIRECTORY } from "../step/gate_script.ts";
import type { Stored } from "../kube/interface.ts";
import { LABEL } from "../tekton/model.ts";
import type { Pod } from "../tekton/pod.ts";
import { STEP_PREFIX } from "../tekton/pod_state.ts";

/** A gate of this program, or one of Tekton's own breakpoints (`spec.debug.breakpoints`). */
export type HoldKind = GateKind | "beforeStep" | "onFailure";

/** A place where a run holds. */
export interface Pause {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly image: string;
  /** Undefined in a TaskRun. */
  readonly task?: string;
  /** The step that holds. */
  readonly step: string;
  /** The step whose work is held back: the same step, or the next. */
  readonly targetStep: string;
  readonly gate: HoldKind;
  /** The path prefix of the files that release the step; undefined for a gate script. */
  readonly postFile?: string;
  /** The workspace's path in the container, as the gate prints it; "" without a workspace. */
  readonly directory: string;
  /** The upload's directory below the workspace, as the gate prints it: not checked. */
  readonly into?: string;
  /** The exit code of the step's work, if the step holds after it. */
  readonly exitCode?: number;
  /** The last lines of that work. */
  readonly said: readonly string[];
  /** The start of the container, RFC 3339. */
  readonly since?: string;
}

/** Returns in words where the step holds. */
export function howHeld(
  { gate, exitCode, directory }: Pick<Pause, "gate" | "exitCode" | "directory">,
): string {
  if (exitCode === 0) return "after its work";
  if (exitCode !== undefined) return `after its work failed with exit code ${exitCode}`;
  if (gate === "script" && directory !== "") return "for an upload";
  return gate === "onFailure" ? "after its work failed" : "before its work";
}

/** Returns `task/step`, in a TaskRun `step`: the name that users type. */
export function stepPath({ task, targetStep }: Pick<Pause, "task" | "targetStep">): string {
  return task === undefined ? targetStep : `${task}/${targetStep}`;
}

/** Whether the container has a gate or a breakpoint of Tekton. */
export function canHold(pod: Pod, container: string): boolean {
  return hasGate(pod, container) || hasBreakpoint(pod, container);
}

/** A log line that says that the step holds. */
export interface SaidLine {
  /** The step's own output at the start of the line. */
  readonly before: string;
  readonly pause: Pause;
}

/** Reads a line; `said` are the step's own last lines before it. */
export function readPause(
  pod: Stored<Pod>,
  container: string,
  line: string,
  said: readonly string[],
): SaidLine | undefined {
  const found = readHold(pod, container, line);
  if (found === undefined) return undefined;
  const { name, namespace, uid, labels } = pod.metadata;
  const names = (pod.spec?.containers ?? []).map((one) => one.name);
  const target = found.gate === "entrypoint" ? names[names.indexOf(container) + 1] : container;
  const task = labels?.[LABEL.pipelineTask];
  const status = pod.status?.containerStatuses?.find((one) => one.name === container);
  const { before, ...hold } = found;
  return {
    before,
    pause: {
      namespace: namespace,
      pod: name,
      uid: uid,
      container,
      image: containerOf(pod, container)?.image ?? "",
      ...(task === undefined ? {} : { task }),
      step: container.slice(STEP_PREFIX.length),
      targetStep: target.slice(STEP_PREFIX.length),
      since: status?.state?.running?.startedAt,
      said: before === "" ? [...said] : [...said, before],
      ...hold,
    },
  };
}

type Hold = Pick<Pause, "gate" | "directory" | "into" | "exitCode" | "postFile"> & {
  before: string;
};

function readHold(pod: Pod, container: string, line: string): Hold | undefined {
  if (hasGate(pod, container)) {
    const said = readHeldLine(line);
    return said?.gate === "entrypoint" ? { ...said, postFile: POST_FILE } : said;
  }
  if (!hasBreakpoint(pod, container)) return undefined;
  const gate = readBreakpointLine(line);
  if (gate === undefined) return undefined;
  const args = containerOf(pod, container)?.args ?? [];
  const postFile = args[args.indexOf("-post_file") + 1];
  return { gate, directory: "", before: "", postFile };
}

function hasGate(pod: Pod, container: string): boolean {
  return containerOf(pod, container)?.volumeMounts
    ?.some(({ mountPath }) => mountPath === GATE_DIRECTORY) ?? false;
}

function hasBreakpoint(pod: Pod, container: string): boolean {
  const args = containerOf(pod, container)?.args ?? [];
  const own = args.slice(0, args.indexOf("--"));
  return own.includes("-debug_before_step") || own.includes("-breakpoint_on_failure");
}

function containerOf(pod: Pod, name: string) {
  return pod.spec?.containers?.find((one) => one.name === name);
}
