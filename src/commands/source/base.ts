/** --base: the commit that the clone checks out, and the changes since. */
import { UsageError } from "../../errors.ts";
import type { RunEvent } from "../../events.ts";
import type { Host } from "../../host.ts";
import { askAboutBase, type BaseChanges, baseChanges } from "../../tree/git/base_changes.ts";
import { type BaseCommit, findBase } from "../../tree/git/base_commit.ts";
import { firstPaths } from "../../view/source_notes.ts";
import { NoOwnClone } from "../../tekton/source/own_clone.ts";
import type { BaseFlag } from "../options/send_flags.ts";
import { checkSecrets } from "./source_notes.ts";
import type { Source } from "./source.ts";

export interface Base extends BaseCommit {
  readonly changes: BaseChanges;
  /** Whether everything is sent if the clone checks out something else. */
  readonly isAuto: boolean;
}

type Emit = (event: RunEvent) => void;

/**
 * Finds the base and compares the directory with it. With --base=auto, returns undefined after a
 * note if that is not possible. Throws UsageError, and for denied secrets among what is sent.
 */
export async function openBase(
  { capture }: Pick<Host, "capture">,
  flag: BaseFlag | undefined,
  { source, emit }: { source: Source; emit: Emit },
): Promise<Base | undefined> {
  if (flag === undefined) return undefined;
  const { root, secrets } = source;
  const base = await orEverything({ isAuto: flag.isAuto, emit, kind: UsageError }, async () => {
    const commit = await findBase(capture, root, flag.commit);
    if (!commit.isPushed) {
      const text = `No remote-tracking branch has ${commit.name}: the clone may not find it`;
      emit({ kind: "note", text });
    }
    const answers = await askAboutBase(capture, root, commit);
    const changes = baseChanges(await source.entries, answers);
    checkSubmodules(root, commit, changes);
    return { ...commit, changes, isAuto: flag.isAuto };
  });
  if (secrets === "deny") {
    await checkSecrets(source, base?.changes.entries ?? await source.entries);
  }
  return base;
}

/** Plans on the base; with --base=auto and an unfit clone, after a note, without one. */
export async function planOnBase<T>(
  base: Base | undefined,
  emit: Emit,
  plan: (base?: BaseCommit) => Promise<T>,
): Promise<{ base?: Base; planned: T }> {
  if (base === undefined) return { planned: await plan() };
  const { isAuto } = base;
  const planned = await orEverything({ isAuto, emit, kind: NoOwnClone }, () => plan(base));
  return planned === undefined ? { planned: await plan() } : { base, planned };
}

/** Returns undefined after a note for an error of that kind. */
export async function orEverything<T>(
  { isAuto, emit, kind, then = "everything is uploaded" }: {
    isAuto: boolean;
    emit: Emit;
    kind: typeof UsageError;
    /** The consequence, for the note. */
    then?: string;
  },
  find: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (!isAuto || !(error instanceof kind)) throw error;
    emit({ kind: "note", text: `${error.message}; ${then}` });
    return undefined;
  }
}

/** Throws UsageError for a submodule that differs from the commit's. */
export function checkSubmodules(
  root: string,
  { name }: BaseCommit,
  { submodules }: BaseChanges,
): void {
  if (submodules.length === 0) return;
  const which = submodules.length === 1 ? "its submodule differs" : "its submodules differ";
  throw new UsageError(
    `Cannot upload "${root}" on ${name}: ${which} from that commit: ${firstPaths(submodules)}`,
    { hint: "commit and push the submodule and the commit that names it, or leave out --base" },
  );
}
