/**
 * Chooses the upload's target in the held container: a workspace or volume, and a directory. Pure.
 */
import { UsageError } from "../../errors.ts";
import type { Step, TaskSpec } from "../model.ts";
import { type Candidate, chooseWorkspace, usableWorkspaces } from "../workspaces.ts";
import { clonePath } from "./clone_command.ts";
import { isDirectoryParam } from "./names.ts";
import { keptSteps, type StandIn } from "./replaced_steps.ts";

/** The workspace or volume that the upload stays within. */
export type Scope =
  | { readonly kind: "workspace"; readonly name: string }
  /** A volume of the pod, shared by the steps that mount it. */
  | { readonly kind: "volume"; readonly name: string };

export interface Destination {
  readonly scope: Scope;
  /** The scope's path in the container; Tekton fills in its variables. */
  readonly path: string;
  /** The directory relative to the scope, "." for the scope itself; Tekton fills in variables. */
  readonly directory: string;
  /** The Task's param that sets the directory. */
  readonly param?: string;
  /** Whether the clone's own directory is unknown, so that the upload goes to the scope itself. */
  readonly isGuess?: boolean;
}

export interface DestinationOptions {
  readonly owner: string;
  readonly workspaces: readonly Candidate[];
  /** --on-workspace */
  readonly workspace?: string;
  /** The workspace to prefer if several can take an upload. */
  readonly preferred?: string;
  /** --on-directory: relative to the workspace, or an absolute path below a mounted volume. */
  readonly directory?: string;
}

/** Throws UsageError if there is no possible target, or several. */
export function chooseDestination(
  spec: TaskSpec,
  standIn: StandIn,
  options: DestinationOptions,
): Destination {
  const { owner, workspaces, workspace, preferred, directory } = options;
  const step = spec.steps![standIn.at];
  if (directory?.startsWith("/")) return atPath(spec, step, directory, options);
  if (workspace !== undefined) {
    const name = chooseWorkspace(owner, workspaces, workspace).workspace.name;
    return inWorkspace(spec, standIn, name, directory);
  }
  const own = clonedVolume(spec, standIn, workspaces);
  if (own !== undefined) return { ...own, directory: directory ?? own.directory };
  const usable = usableWorkspaces(workspaces).map((one) => one.workspace.name);
  if (usable.length === 0) {
    const found = inVolume(spec, step, standIn, directory);
    if (found !== undefined) return found;
  }
  const named = standIn.replaced.length === 0
    ? usable.filter((name) => name === preferred)
    : usable.filter((name) => names(step, name));
  const name = named.length === 1
    ? named[0]
    : chooseWorkspace(owner, workspaces, undefined).workspace.name;
  return inWorkspace(spec, standIn, name, directory);
}

/** Returns the variable from which the gate learns the workspace's path. */
function workspacePath(name: string): string {
  return `$(workspaces.${name}.path)`;
}

/** Returns a relative directory without empty parts and `.`; "." for the scope itself. */
export function plainDirectory(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 ? "." : parts.join("/");
}

/** Explains why the directory can't take an upload; undefined if it can. */
export function whyNoDirectory(path: string): string | undefined {
  const parts = plainDirectory(path).split("/");
  if (parts.includes("..")) {
    const depths = parts.map((_, at) => {
      const up = parts.slice(0, at + 1).filter((part) => part === "..").length;
      return at + 1 - 2 * up;
    });
    return depths.some((depth) => depth < 0)
      ? "it leads out of the workspace"
      : 'it has ".." in it';
  }
  if (/[\0\n]/.test(path)) return "no directory has such a name";
  if (path.length > MOST_CHARACTERS) return "it is too long";
  return undefined;
}

const MOST_CHARACTERS = 4096;

function names(step: Step, workspace: string): boolean {
  return JSON.stringify(step).includes(`$(workspaces.${workspace}.path)`);
}

/** Returns the workspace with the directory that the user asked for, else the clone's own. */
function inWorkspace(
  spec: TaskSpec,
  { replaced, at }: StandIn,
  name: string,
  asked: string | undefined,
): Destination {
  const scope = { kind: "workspace", name } as const;
  const path = workspacePath(name);
  if (asked !== undefined) return { scope, path, directory: asked };
  if (replaced.length === 0) return { scope, path, directory: "." };
  const param = spec.params?.find(({ name, type = "string" }) =>
    type === "string" && isDirectoryParam(name)
  )?.name;
  if (param !== undefined) return { scope, path, directory: `$(params.${param})`, param };
  const cloned = clonePath(spec.steps![at], spec.stepTemplate);
  const roots = [path, pathOf(spec, name)];
  const below = roots.map((root) => cloned === undefined ? undefined : relativeTo(root, cloned))
    .find((rest) => rest !== undefined);
  return below === undefined
    ? { scope, path, directory: ".", isGuess: true }
    : { scope, path, directory: below };
}

/** Returns where Tekton mounts a Task's workspace. */
function pathOf(spec: TaskSpec, name: string): string {
  return spec.workspaces?.find((one) => one.name === name)?.mountPath ?? `/workspace/${name}`;
}

function relativeTo(root: string, path: string): string | undefined {
  if (path === root) return ".";
  return path.startsWith(`${root}/`) ? plainDirectory(path.slice(root.length)) : undefined;
}

interface Mount {
  readonly name: string;
  readonly path: string;
}

/** Returns the step's writable mounts of volumes that live as long as the pod. */
function mountsOf(spec: TaskSpec, step: Step): Mount[] {
  const own = step.volumeMounts ?? [];
  const shared = (spec.stepTemplate?.volumeMounts ?? []).filter(({ mountPath }) =>
    !own.some((one) => one.mountPath === mountPath)
  );
  return [...own, ...shared].filter(({ name, readOnly, subPath, subPathExpr }) =>
    !readOnly && !subPath && !subPathExpr &&
    spec.volumes?.find((volume) => volume.name === name)?.emptyDir !== undefined
  ).map(({ name, mountPath }) => ({ name, path: mountPath.replace(/(.)\/+$/, "$1") }));
}

/** The emptyDir that Tekton mounts in each step, above the workspaces. */
const IMPLICIT: Mount = { name: "tekton-internal-workspace", path: "/workspace" };

/** Returns the volume into which the step's script clones, if other steps mount it too. */
function clonedVolume(
  spec: TaskSpec,
  standIn: StandIn,
  candidates: readonly Candidate[],
): Destination | undefined {
  if (standIn.replaced.length === 0) return undefined;
  const step = spec.steps![standIn.at];
  const cloned = clonePath(step, spec.stepTemplate);
  const workspaces = candidates.map(({ workspace }) => pathOf(spec, workspace.name));
  if (cloned === undefined || workspaces.some((path) => relativeTo(path, cloned))) return undefined;
  const mounts = [...sharedMounts(spec, step, keptSteps(spec, standIn)), IMPLICIT];
  const mount = mounts.sort((a, b) => b.path.length - a.path.length)
    .find(({ path }) => relativeTo(path, cloned) !== undefined);
  if (mount === undefined || keptSteps(spec, standIn).length === 0) return undefined;
  const { name, path } = mount;
  return { scope: { kind: "volume", name }, path, directory: relativeTo(path, cloned)! };
}

/** Returns the step's mounts of volumes that one of the other steps mounts too. */
function sharedMounts(spec: TaskSpec, step: Step, others: readonly Step[]): Mount[] {
  return mountsOf(spec, step).filter(({ name }) =>
    others.some((one) => mountsOf(spec, one).some((mount) => mount.name === name))
  );
}

/**
 * Returns the volume that the step shares with later steps of its Task, and the one directory in it
 * that they name. For Tasks without a workspace for the source.
 */
function inVolume(
  spec: TaskSpec,
  step: Step,
  standIn: StandIn,
  asked: string | undefined,
): Destination | undefined {
  const kept = keptSteps(spec, standIn);
  if (standIn.replaced.length === 0) return undefined;
  const shared = sharedMounts(spec, step, kept);
  const found = shared.flatMap((mount) => {
    const directories = [[step], kept].map((steps) => directoriesBelow(mount, steps));
    const [directory] = [
      directories[0].filter((one) => directories[1].includes(one)),
      ...directories,
    ].find((one) => one.length === 1) ?? [];
    return directory === undefined && shared.length > 1 ? [] : [{ mount, directory }];
  });
  if (found.length !== 1) return undefined;
  const [{ mount, directory = "." }] = found;
  return {
    scope: { kind: "volume", name: mount.name },
    path: mount.path,
    directory: asked ?? directory,
  };
}

/** Returns the paths below the mount that the steps name, without paths below other such paths. */
function directoriesBelow(mount: Mount, steps: readonly Step[]): string[] {
  const start = mount.path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = new RegExp(`(?<![\\w.-])${start}/([\\w.-]+(?:/[\\w.-]+)*)`, "g");
  const found = new Set<string>();
  for (const { script, command, args, env, workingDir } of steps) {
    const text = JSON.stringify([script, command, args, env, workingDir]);
    for (const [, path] of text.matchAll(pattern)) found.add(path);
  }
  return [...found].filter((path) => ![...found].some((other) => path.startsWith(`${other}/`)));
}

/** Returns the volume or workspace of the step that has the absolute path. */
function atPath(
  spec: TaskSpec,
  step: Step,
  asked: string,
  { owner, workspaces }: DestinationOptions,
): Destination {
  const mounts = [...mountsOf(spec, step), IMPLICIT].map(({ name, path }) => ({
    scope: { kind: "volume", name } as const,
    root: path,
    path,
  }));
  const bound = usableWorkspaces(workspaces, { credentials: true }).map(({ workspace }) => ({
    scope: { kind: "workspace", name: workspace.name } as const,
    root: pathOf(spec, workspace.name),
    path: workspacePath(workspace.name),
  }));
  const found = [...mounts, ...bound].flatMap(({ root, ...place }) => {
    const directory = relativeTo(root, asked);
    return directory === undefined ? [] : [{ ...place, directory, length: root.length }];
  }).sort((a, b) => b.length - a.length)[0];
  if (found !== undefined) {
    const { length: _, ...destination } = found;
    return destination;
  }
  const places = [...mounts, ...bound].map(({ root }) => root);
  throw new UsageError(
    `Cannot upload into --on-directory "${asked}": no workspace and no emptyDir of the step of ${owner} is there`,
    {
      hint: places.length === 0
        ? "the step has nothing writable"
        : `writable: ${places.join(", ")}`,
    },
  );
}
