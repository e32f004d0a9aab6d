/**
 * The trees that turns send into a workspace with a clone and the changes since its commit: what
 * git knows to be as in the commit is there already.
 */
import { UsageError } from "../../errors.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import type { Host } from "../../host.ts";
import { differs } from "../../tree/changed_paths.ts";
import {
  askAboutBase,
  type BaseChanges,
  baseChanges,
  type BaseTree,
  ofClone,
  readTree,
} from "../../tree/git/base_changes.ts";
import type { BaseCommit } from "../../tree/git/base_commit.ts";
import type { Entry } from "../../tree/walk.ts";
import { checkSubmodules } from "../source/base.ts";
import { checkSecrets } from "../source/source_notes.ts";
import { sentEntries, type Source } from "../source/source.ts";

export interface TreeOnBase {
  readonly entries: readonly Entry[];
  /** The entries that the clone may not have so: the notes are about them. */
  readonly changed: readonly Entry[];
  /** Returns whether the workspace has the entry as the tree has it, unless its clone is sparse. */
  readonly hasAlready: (path: string) => boolean;
  /** Paths that the workspace may have, and the tree has not. */
  readonly gone: readonly string[];
  /** See SourceTree. */
  readonly needsRecord: boolean;
}

/** The answer of git when the first turn began. */
interface Compared {
  readonly tree: BaseTree;
  /** The entries that were as in the commit, by their paths. */
  readonly same: ReadonlyMap<string, Entry>;
  readonly removed: readonly string[];
}

export class OnBase {
  /** The paths of files that uploads of this run have sent or removed. */
  readonly #touched = new Set<string>();
  /** Whether the clone's commit is below the upload; undefined until it has arrived. */
  #isBelow: boolean | undefined;
  #compared: Compared | undefined;

  /** `changes` are those of the run's upload, unless a record has them. */
  constructor(
    private readonly capture: Host["capture"],
    private readonly base: BaseCommit & { readonly changes?: BaseChanges },
  ) {
    const { entries = [], removed = [] } = base.changes ?? {};
    this.#touch(entries);
    for (const path of removed) this.#touched.add(path);
  }

  /** The run's upload has arrived on top of the commit; without one, all of the tree has. */
  uploaded(commit: string | undefined): void {
    this.#isBelow = commit !== undefined;
  }

  /** Returns undefined if the upload has brought all of the tree. Throws UsageError before it. */
  at(pause: Pause): OnBase | undefined {
    if (this.#isBelow !== undefined) return this.#isBelow ? this : undefined;
    throw new UsageError(
      `Cannot watch at step "${stepPath(pause)}": it comes before the clone with the upload`,
      { hint: "choose a later --on-step, or leave out --base" },
    );
  }

  /**
   * Asks git at the first turn; later, a file is as in the commit if it was then and the walks find
   * no difference. Throws UsageError, also for secrets among the changes that are denied.
   */
  async treeOf(source: Source, signal: AbortSignal): Promise<TreeOnBase> {
    const walked = await sentEntries(source);
    const { tree, same, removed } = await this.#compare(source, walked, signal);
    const entries = ofClone(walked, tree);
    const isNow = new Set(entries.map(({ path }) => path));
    const changed = entries.filter((entry) => {
      const before = same.get(entry.path);
      return before === undefined || this.#touched.has(entry.path) || differs(before, entry);
    });
    if (source.secrets === "deny") await checkSecrets(source, changed);
    this.#touch(changed);
    const isChanged = new Set(changed.map(({ path }) => path));
    return {
      entries,
      changed,
      hasAlready: (path) => !isChanged.has(path),
      needsRecord: this.base.changes === undefined,
      gone: [...this.#touched, ...removed, ...pathsOfFiles([...same.values()])]
        .filter((path) => !isNow.has(path)),
    };
  }

  async #compare(
    source: Source,
    walked: readonly Entry[],
    signal: AbortSignal,
  ): Promise<Compared> {
    if (this.#compared?.tree.modules.size === 0) return this.#compared;
    const { capture, base } = this;
    // Before git is asked: what changes after that has another digest.
    await source.digests.ahead(walked, signal);
    const answers = await askAboutBase(capture, source.root, base);
    const changes = baseChanges(walked, answers);
    checkSubmodules(source.root, base, changes); // whose files a walk does not compare
    const tree = readTree(answers);
    const isChanged = new Set(changes.entries.map(({ path }) => path));
    const same = ofClone(walked, tree).filter(({ path }) => !isChanged.has(path));
    this.#compared ??= {
      tree,
      same: new Map(same.map((entry) => [entry.path, entry])),
      removed: changes.removed,
    };
    return this.#compared;
  }

  #touch(entries: readonly Entry[]): void {
    for (const path of pathsOfFiles(entries)) this.#touched.add(path);
  }
}

function pathsOfFiles(entries: readonly Entry[]): string[] {
  return entries.filter(({ kind }) => kind !== "directory").map(({ path }) => path);
}
