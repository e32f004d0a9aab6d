/** The flags and the volumes below /tekton that Tekton gives a pod for its entrypoint. */
import type { Step } from "../../../tekton/model.ts";
import type { ContainerSpec } from "../../node/pod_object.ts";
import type { Volume } from "../../node/volumes.ts";
import { postFile } from "./breakpoints.ts";
import { durationMs, formatDuration } from "../duration.ts";
import type { ResolvedTask } from "./task_spec.ts";

/** Returns the flags in the original's order, from which clients recognize a breakpoint. */
export function entrypointFlags(step: Step, at: number, task: ResolvedTask): string[] {
  const { breakpoints, spec } = task;
  const waitFor = at === 0
    ? ["-wait_file", "/tekton/downward/ready", "-wait_file_content"]
    : ["-wait_file", postFile(at - 1)];
  const names = (results: readonly { name: string }[] = []) =>
    results.map(({ name }) => name).join(",");
  const timeoutMs = durationMs(step.timeout);
  return [
    ...waitFor,
    ...["-post_file", postFile(at)],
    ...["-termination_path", "/tekton/termination"],
    ...["-step_metadata_dir", `/tekton/run/${at}/status`],
    ...(step.onError === undefined ? [] : ["-on_error", step.onError]),
    ...(timeoutMs === undefined ? [] : ["-timeout", goDuration(timeoutMs)]),
    ...(step.results?.length ? ["-step_results", names(step.results)] : []),
    ...(spec.results?.length ? ["-results", names(spec.results)] : []),
    ...(breakpoints.onFailure ? ["-breakpoint_on_failure"] : []),
    ...(breakpoints.isBefore(step.name!) ? ["-debug_before_step"] : []),
  ];
}

/** Formats `10m0s`: Go prints minutes together with seconds. */
function goDuration(ms: number): string {
  return ms % 60_000 === 0 && ms < 3_600_000 ? `${ms / 60_000}m0s` : formatDuration(ms);
}

export function internalVolumes(task: ResolvedTask): Volume[] {
  const names = ["workspace", "home", "results", "steps", "artifacts"];
  if (hasScripts(task)) names.push("scripts");
  if (task.breakpoints.isAny) names.push("debug-scripts", "debug-info");
  names.push("bin", "downward");
  const ofSteps = task.steps.flatMap((_, at) => [
    { name: `tekton-creds-init-home-${at}`, emptyDir: { medium: "Memory" } },
    { name: `tekton-internal-run-${at}`, emptyDir: {} },
  ]);
  return [
    ...names.map((name) => ({ name: `tekton-internal-${name}`, emptyDir: {} })),
    ...ofSteps,
  ];
}

/** Each step writes to its own /tekton/run/N and reads those of the others. */
export function internalMounts(
  task: ResolvedTask,
  at: number,
): NonNullable<ContainerSpec["volumeMounts"]> {
  const internal = (name: string, mountPath: string, readOnly?: true) => ({
    name: `tekton-internal-${name}`,
    mountPath,
    ...(readOnly && { readOnly }),
  });
  const hasScript = task.steps[at].script !== undefined;
  return [
    ...(hasScript ? [internal("scripts", "/tekton/scripts", true)] : []),
    ...(task.breakpoints.isAny
      ? [
        internal("debug-scripts", "/tekton/debug/scripts"),
        internal("debug-info", `/tekton/debug/info/${at}`),
      ]
      : []),
    ...(at === 0 ? [internal("downward", "/tekton/downward", true)] : []),
    { name: `tekton-creds-init-home-${at}`, mountPath: "/tekton/creds" },
    ...task.steps.map((_, other) =>
      internal(`run-${other}`, `/tekton/run/${other}`, other === at ? undefined : true)
    ),
    internal("bin", "/tekton/bin", true),
    internal("workspace", "/workspace"),
    internal("home", "/tekton/home"),
    internal("results", "/tekton/results"),
    internal("steps", "/tekton/steps", true),
    internal("artifacts", "/tekton/artifacts"),
  ];
}

function hasScripts(task: ResolvedTask): boolean {
  return task.steps.some(({ script }) => script !== undefined);
}
