/** What the objects around a held step tell of it: pure. */
import { renamedBy } from "../inline/inline_task.ts";
import {
  LABEL,
  type Param,
  type Pod,
  type TaskRun,
  type TaskWorkspace,
  type WorkspaceBinding,
} from "../model.ts";
import { UsageError } from "../../errors.ts";
import { type MountedWorkspace, whyReadOnly } from "../workspaces.ts";

export interface HeldFacts {
  /** `task/step`. */
  readonly place: string;
  /** How it is held, in words: "before its work". */
  readonly how: string;
  readonly pod: string;
  readonly container: string;
  readonly image: string;
  readonly workspaces: readonly MountedWorkspace[];
  readonly params: readonly Param[];
  /** The last lines of its log, where its work was done. */
  readonly said: readonly string[];
}

/** Those that the container has; Tekton has filled in their paths by then. */
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
    const why = workspace.readOnly || mount.readOnly
      ? "the Task mounts it read-only"
      : whyReadOnly(binding);
    const found = { name: workspace.name, path, bound: boundTo(binding) };
    return [why === undefined ? found : { ...found, whyReadOnly: why }];
  });
}

/**
 * The volume of the container below whose mount an absolute path is, and the rest of that. Throws UsageError where it
 * can't be written to.
 */
export function mountAt(
  owner: string,
  { spec = {} }: Pod,
  container: string,
  path: string,
): { path: string; directory: string } {
  const mounts = spec.containers?.find(({ name }) => name === container)?.volumeMounts ?? [];
  const usable = mounts.filter(({ name, readOnly }) => {
    const volume = spec.volumes?.find((one) => one.name === name);
    const isOurs = name.startsWith("tkn-dev-");
    const isTektons = name.startsWith("tekton-") && name !== "tekton-internal-workspace";
    return !readOnly && !isTektons && !isOurs &&
      (volume?.emptyDir !== undefined || volume?.persistentVolumeClaim !== undefined);
  }).map(({ mountPath }) => mountPath.replace(/(.)\/+$/, "$1"));
  const root = usable.filter((root) => path === root || path.startsWith(`${root}/`))
    .sort((a, b) => b.length - a.length)[0];
  if (root !== undefined) return { path: root, directory: path.slice(root.length + 1) || "." };
  throw new UsageError(
    `Cannot upload into --on-directory "${path}" of ${owner}: no volume that can be written is there`,
    { hint: usable.length === 0 ? "it has none" : `there are: ${usable.join(", ")}` },
  );
}

/** A step may mount it elsewhere. */
function pathOf(status: TaskRun["status"], container: string, declared: TaskWorkspace): string {
  const step = status?.taskSpec?.steps?.find(({ name }) => container === `step-${name}`);
  const own = step?.workspaces?.find(({ name }) => name === declared.name);
  const path = own?.mountPath || declared.mountPath || `/workspace/${declared.name}`;
  return path.replace(/(.)\/+$/, "$1");
}

function boundTo(binding: WorkspaceBinding): string {
  const { persistentVolumeClaim, configMap, secret, emptyDir, subPath } = binding;
  const source = persistentVolumeClaim !== undefined
    ? `claim ${persistentVolumeClaim.claimName}`
    : configMap !== undefined
    ? `config map ${configMap.name}`
    : secret !== undefined
    ? `secret ${secret.secretName}`
    : emptyDir !== undefined
    ? "emptyDir"
    : "volume";
  return subPath ? `${source}, ${subPath}` : source;
}

/** Those given, and the defaults of the others, by the names that the Task has for them. */
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

/** The name that a param of a TaskRun has in the Task, where it had to be another in the run. */
export function taskParamName({ labels }: TaskRun["metadata"], name: string): string {
  const end = renamedBy(labels?.[LABEL.pipelineTask] ?? "");
  return name.endsWith(end) ? name.slice(0, -end.length) : name;
}
