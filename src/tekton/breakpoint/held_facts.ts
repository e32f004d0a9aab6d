/** Facts about a held step, read from its TaskRun and its pod. Pure. */
import { renamedBy } from "../inline/inline_task.ts";
import {
  LABEL,
  type Param,
  type TaskRun,
  type TaskWorkspace,
  type WorkspaceBinding,
} from "../model.ts";
import type { Pod, Volume } from "../pod.ts";
import { UsageError } from "../../errors.ts";
import { type MountedWorkspace, READ_ONLY_MOUNT, whyReadOnly } from "../workspaces.ts";

export interface HeldFacts {
  /** `task/step`. */
  readonly place: string;
  /** When the step is held, as text: "before its work". */
  readonly how: string;
  readonly pod: string;
  readonly container: string;
  readonly image: string;
  readonly workspaces: readonly MountedWorkspace[];
  readonly params: readonly Param[];
  /** The last lines of the step's log, if its work was done. */
  readonly said: readonly string[];
}

/** Returns the workspaces that the container mounts. Tekton has filled in their paths by now. */
export function mountedWorkspaces(
  { spec, status }: TaskRun,
  pod: Pod,
  container: string,
): MountedWorkspace[] {
  const declared = status?.taskSpec?.workspaces ?? spec.taskSpec?.workspaces ?? [];
  const mounts = pod.spec?.containers?.find(({ name }) => name === container)?.volumeMounts ?? [];
  return declared.flatMap((workspace) => {
    const binding = spec.workspaces?.find(({ name }) => name === workspace.name);
    const path = pathOf(status, container, workspace);
    const mount = mounts.find(({ mountPath }) => mountPath === path);
    if (binding === undefined || mount === undefined) return [];
    const why = workspace.readOnly || mount.readOnly ? READ_ONLY_MOUNT : whyReadOnly(binding);
    const found = { name: workspace.name, path, bound: boundTo(binding) };
    return [why === undefined ? found : { ...found, whyReadOnly: why }];
  });
}

/**
 * Splits an absolute path into the mount of a volume and a directory below it. Throws UsageError if
 * no writable volume of the container is mounted above the path.
 */
export function mountAt(
  owner: string,
  pod: Pod,
  container: string,
  path: string,
): { path: string; directory: string } {
  const usable = writableMounts(pod, container);
  const root = usable.filter((root) => path === root || path.startsWith(`${root}/`))
    .sort((a, b) => b.length - a.length)[0];
  if (root !== undefined) return { path: root, directory: path.slice(root.length + 1) || "." };
  throw new UsageError(
    `Cannot upload into --on-directory "${path}" of ${owner}: no writable volume is mounted there`,
    { hint: usable.length === 0 ? "it has no writable volume" : `writable: ${usable.join(", ")}` },
  );
}

/** Returns where the container can write to a volume of the Task or of its workspaces. */
export function writableMounts({ spec = {} }: Pod, container: string): string[] {
  const mounts = spec.containers?.find(({ name }) => name === container)?.volumeMounts ?? [];
  return mounts.filter(({ name, readOnly }) => {
    const volume = spec.volumes?.find((one) => one.name === name);
    const isOurs = name.startsWith("tkn-dev-");
    const isTektons = name.startsWith("tekton-") && name !== "tekton-internal-workspace";
    return !readOnly && !isTektons && !isOurs && volume !== undefined && isWritable(volume);
  }).map(({ mountPath }) => mountPath.replace(/(.)\/+$/, "$1"));
}

function isWritable({ persistentVolumeClaim, emptyDir, ephemeral, csi }: Volume): boolean {
  return emptyDir !== undefined || ephemeral !== undefined ||
    persistentVolumeClaim !== undefined && !persistentVolumeClaim.readOnly ||
    csi !== undefined && !csi.readOnly;
}

/** Returns the workspace's path. A step may mount it at a path other than the Task's. */
function pathOf(status: TaskRun["status"], container: string, declared: TaskWorkspace): string {
  const step = status?.taskSpec?.steps?.find(({ name }) => container === `step-${name}`);
  const own = step?.workspaces?.find(({ name }) => name === declared.name);
  const path = own?.mountPath || declared.mountPath || `/workspace/${declared.name}`;
  return path.replace(/(.)\/+$/, "$1");
}

function boundTo(binding: WorkspaceBinding): string {
  const { persistentVolumeClaim, configMap, secret, emptyDir, csi, subPath } = binding;
  const source = persistentVolumeClaim !== undefined
    ? `claim ${persistentVolumeClaim.claimName}`
    : configMap !== undefined
    ? `config map ${configMap.name}`
    : secret !== undefined
    ? `secret ${secret.secretName}`
    : emptyDir !== undefined
    ? "emptyDir"
    : typeof csi?.driver === "string"
    ? `CSI volume of ${csi.driver}`
    : "volume";
  return subPath ? `${source}, ${subPath}` : source;
}

/** Returns the given params and the defaults of the others, by the Task's names for them. */
export function paramsOf({ metadata, spec, status }: TaskRun): Param[] {
  const given = spec.params ?? [];
  const declared = status?.taskSpec?.params ?? spec.taskSpec?.params ?? [];
  const defaults = declared.flatMap(({ name, default: value }) =>
    value === undefined || given.some((param) => param.name === name) ? [] : [{ name, value }]
  );
  return [...given, ...defaults].map(({ name, value }) => ({
    name: taskParamName(metadata, name),
    value,
  }));
}

/** Returns the Task's name for a param that inlining renamed in the run. */
export function taskParamName({ labels }: TaskRun["metadata"], name: string): string {
  const end = renamedBy(labels?.[LABEL.pipelineTask] ?? "");
  return name.endsWith(end) ? name.slice(0, -end.length) : name;
}
