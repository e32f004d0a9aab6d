/** Where in the held container the upload goes: a workspace or a volume of its, and a directory below that. Pure. */
import { UsageError } from "../../errors.ts";
import type { Step, TaskSpec } from "../model.ts";
import { type Candidate, chooseWorkspace, usableWorkspaces } from "../workspaces.ts";
import { clonePath } from "./clone_command.ts";
import { isDirectoryParam } from "./names.ts";
import { keptSteps, type StandIn } from "./replaced_steps.ts";

/** All that is sent stays below its path. */
export type Scope =
  | { readonly kind: "workspace"; readonly name: string }
  /** A volume of the pod, which all of its steps that mount it share. */
  | { readonly kind: "volume"; readonly name: string };

export interface Destination {
  readonly scope: Scope;
  /** The scope's path in the container; Tekton fills in its variables. */
  readonly path: string;
  /** Relative to the scope, "." for itself; Tekton fills in its variables. */
  readonly directory: string;
  /** The Task's param that says the directory. */
  readonly param?: string;
  /** What the clone's text says of its place is not known: it is taken for the scope itself. */
  readonly isGuess?: boolean;
}

export interface DestinationOptions {
  readonly owner: string;
  readonly workspaces: readonly Candidate[];
  /** --on-workspace */
  readonly workspace?: string;
  /** The one to take of several, if it can take an upload. */
  readonly preferred?: string;
  /** --on-directory: relative to the workspace; or an absolute path below a volume that the step mounts. */
  readonly directory?: string;
}

/** Throws UsageError where there is no such place, or several. */
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
  const own = clonedVolume(spec, standIn);
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

/** What the gate of it is told. */
export function workspacePath(name: string): string {
  return `$(workspaces.${name}.path)`;
}

/** A relative directory as it is: no empty parts, no `.`; "." for the scope itself. */
export function plainDirectory(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 ? "." : parts.join("/");
}

/** Why nothing can be uploaded there, in words. */
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

/** Below it the clone's own directory, unless another one is asked for. */
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

/** A Task's workspace is there, unless it says another path. */
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

/** The volumes that live as long as the pod and that the step can write to. */
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

/** What Tekton itself mounts in each step, around the workspaces. */
const IMPLICIT: Mount = { name: "tekton-internal-workspace", path: "/workspace" };

/** The volume into which a script's own clone goes, where later steps have it too. */
function clonedVolume(spec: TaskSpec, standIn: StandIn): Destination | undefined {
  if (standIn.replaced.length === 0) return undefined;
  const step = spec.steps![standIn.at];
  const cloned = clonePath(step, spec.stepTemplate);
  const workspaces = (spec.workspaces ?? []).map(({ name }) => pathOf(spec, name));
  if (cloned === undefined || workspaces.some((path) => relativeTo(path, cloned))) return undefined;
  const mounts = [...sharedMounts(spec, step, keptSteps(spec, standIn)), IMPLICIT];
  const mount = mounts.sort((a, b) => b.path.length - a.path.length)
    .find(({ path }) => relativeTo(path, cloned) !== undefined);
  if (mount === undefined || keptSteps(spec, standIn).length === 0) return undefined;
  const { name, path } = mount;
  return { scope: { kind: "volume", name }, path, directory: relativeTo(path, cloned)! };
}

/** Those of the step that one of the others has too. */
function sharedMounts(spec: TaskSpec, step: Step, others: readonly Step[]): Mount[] {
  return mountsOf(spec, step).filter(({ name }) =>
    others.some((one) => mountsOf(spec, one).some((mount) => mount.name === name))
  );
}

/**
 * Where there is no workspace for the source: the volume that the step shares with later ones of its Task, and the one
 * directory of it that they name.
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

/** The paths below the volume that the steps name, the topmost ones. */
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

/** An absolute path, below a volume or workspace that the step has. */
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
        ? "the step has none that can be written"
        : `there are: ${places.join(", ")}`,
    },
  );
}
