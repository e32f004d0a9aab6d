/** Checks a run's workspaces, and chooses the workspace that can take an upload. Pure. */
import { UsageError } from "../errors.ts";
import { isForCredentials } from "./source/names.ts";
import type { TaskWorkspace, WorkspaceBinding } from "./model.ts";

/** A TaskRun's workspace as a container of its pod mounts it. */
export interface MountedWorkspace {
  readonly name: string;
  readonly path: string;
  /** The bound volume, as text: `claim source-pvc`. */
  readonly bound: string;
  /** Undefined if the workspace is writable. */
  readonly whyReadOnly?: string;
}

interface Declared {
  name: string;
}

/** Throws UsageError for a workspace that is undeclared or given twice. */
export function checkWorkspaces(
  owner: string,
  declared: readonly Declared[],
  given: readonly WorkspaceBinding[],
): void {
  const names = declared.map((workspace) => workspace.name);
  for (const [at, { name }] of given.entries()) {
    if (!names.includes(name)) {
      throw new UsageError(`Cannot bind workspace "${name}": ${owner} has no such workspace`, {
        hint: names.length === 0 ? "it has no workspaces" : `its workspaces: ${names.join(", ")}`,
      });
    }
    if (given.findIndex((other) => other.name === name) !== at) {
      throw new UsageError(`Cannot bind workspace "${name}": it is given twice`);
    }
  }
}

/** No volume that is bound changes this. */
export const READ_ONLY_MOUNT = "the Task mounts it read-only";

/** Explains why the bound volume is read-only; undefined if it is writable. */
export function whyReadOnly(binding: WorkspaceBinding): string | undefined {
  if (binding.configMap !== undefined) return "it is a config map";
  if (binding.secret !== undefined) return "it is a secret";
  if (binding.projected !== undefined) return "it is a projected volume";
  if (binding.persistentVolumeClaim?.readOnly) return "its claim is bound read-only";
  if (binding.csi?.readOnly) return "its CSI volume is bound read-only";
  return undefined;
}

/** Returns the mounted workspace that the user asked for, else the only writable one. */
export function chooseMounted<T extends Pick<MountedWorkspace, "name" | "whyReadOnly">>(
  owner: string,
  mounted: readonly T[],
  asked: string | undefined,
): T {
  const names = (found: readonly T[]) => found.map(({ name }) => name).join(", ");
  const usable = mounted.filter((one) =>
    one.whyReadOnly === undefined && !isForCredentials(one.name)
  );
  if (asked === undefined && usable.length === 1) return usable[0];
  if (asked === undefined && usable.length > 1) {
    throw new UsageError(
      `Cannot choose a workspace of ${owner}: ${names(usable)} can all be written`,
      { hint: `choose one: --on-workspace ${usable[0].name}` },
    );
  }
  const found = mounted.find(({ name }) => name === asked);
  if (found !== undefined && found.whyReadOnly === undefined) return found;
  if (asked === undefined) {
    const reasons = mounted.map(({ name, whyReadOnly: why }) => ({ name, why }));
    throw noneWritable(owner, reasons, "another step");
  }
  throw new UsageError(
    `Cannot upload into workspace "${asked}" of ${owner}: ${
      found?.whyReadOnly ?? "it has no workspace of that name"
    }`,
    {
      hint: mounted.length === 0
        ? "bind a writable volume with --workspace"
        : `its workspaces: ${names(mounted)}`,
    },
  );
}

/** A Task's workspace with the run's binding; undefined if the run binds nothing. */
export interface Candidate {
  readonly workspace: TaskWorkspace;
  readonly binding?: WorkspaceBinding;
}

/**
 * Returns the workspaces that can take an upload: no optional ones if a required one can, and none
 * for credentials. With `credentials`, all writable ones.
 */
export function usableWorkspaces(
  candidates: readonly Candidate[],
  { credentials = false }: { credentials?: boolean } = {},
): Candidate[] {
  const usable = candidates.filter((candidate) =>
    whyUnusable(candidate) === undefined &&
    (credentials || !isForCredentials(candidate.workspace.name))
  );
  const required = usable.filter(({ workspace }) => !workspace.optional);
  return required.length > 0 && !credentials ? required : usable;
}

/** Returns the workspace that the user asked for, else the only one that can take the upload. */
export function chooseWorkspace(
  owner: string,
  candidates: readonly Candidate[],
  asked: string | undefined,
): Candidate {
  if (asked !== undefined) return checkAsked(owner, candidates, asked);
  const usable = usableWorkspaces(candidates);
  if (usable.length === 1) return usable[0];
  const names = usable.map((candidate) => candidate.workspace.name);
  if (usable.length > 1) {
    throw new UsageError(
      `Cannot choose a workspace of ${owner}: ${names.join(", ")} can all be written`,
      { hint: `choose one: --on-workspace ${names[0]}` },
    );
  }
  const reasons = candidates.map((candidate) => ({
    name: candidate.workspace.name,
    why: whyUnusable(candidate),
  }));
  throw noneWritable(owner, reasons, "another task");
}

/** A workspace that can be written is for credentials: it has no reason. */
function noneWritable(
  owner: string,
  workspaces: readonly { name: string; why?: string }[],
  other: string,
): UsageError {
  const reasons = workspaces.map(({ name, why = "it is for credentials" }) => `"${name}": ${why}`);
  const canBind = workspaces.some(({ why = READ_ONLY_MOUNT }) => why !== READ_ONLY_MOUNT);
  return new UsageError(
    `Cannot upload into ${owner}: ${
      reasons.length === 0
        ? "it has no workspace"
        : `none of its workspaces can be written (${reasons.join("; ")})`
    }`,
    {
      hint: canBind
        ? `bind a writable volume with --workspace, or choose ${other}`
        : `choose ${other}`,
    },
  );
}

function checkAsked(owner: string, candidates: readonly Candidate[], asked: string): Candidate {
  const found = candidates.find((candidate) => candidate.workspace.name === asked);
  if (found === undefined) {
    const names = candidates.map((candidate) => candidate.workspace.name);
    throw new UsageError(
      `Cannot upload into workspace "${asked}": ${owner} has no such workspace`,
      {
        hint: names.length === 0 ? "it has no workspaces" : `its workspaces: ${names.join(", ")}`,
      },
    );
  }
  const why = whyUnusable(found);
  if (why === undefined) return found;
  throw new UsageError(`Cannot upload into workspace "${asked}" of ${owner}: ${why}`, {
    hint: "bind a writable volume with --workspace, or choose another --on-workspace",
  });
}

function whyUnusable({ workspace, binding }: Candidate): string | undefined {
  if (workspace.readOnly) return READ_ONLY_MOUNT;
  if (binding === undefined) return "nothing is bound to it";
  return whyReadOnly(binding);
}
