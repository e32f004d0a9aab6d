/**
 * The trees that turns send into a workspace with a clone and the changes since its commit: what
 * git knows to be as in the commit is there already.
 */
import { UsageError } from "../../errors.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import type { Host } from "../../host.ts";
import { askAboutBase, baseChanges, ofClone, readTree } from "../../tree/git/base_changes.ts";
import type { Entry } from "../../tree/walk.ts";
import { type Base, checkSubmodules } from "../source/base.ts";
import { checkSecrets } from "../source/source_notes.ts";
import { sentEntries, type Source } from "../source/source.ts";

export interface TreeOnBase {
  readonly entries: readonly Entry[];
  /** The entries that the clone may not have so: the notes are about them. */
  readonly changed: readonly Entry[];
  /** Returns whether the workspace has the entry as the tree has it. */
  readonly hasAlready: (path: string) => boolean;
  /** Paths that the workspace may have, and the tree has not. */
  readonly gone: readonly string[];
}

export class OnBase {
  /** The paths of files that uploads of this run have sent or removed. */
  readonly #touched = new Set<string>();
  /** Whether the clone's commit is below the upload; undefined until it has arrived. */
  #isBelow: boolean | undefined;

  constructor(private readonly capture: Host["capture"], private readonly base: Base) {
    this.#touch(base.changes);
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

  /** Throws UsageError, also for secrets among the changes that are denied. */
  async treeOf(source: Source): Promise<TreeOnBase> {
    const { root } = source;
    const { capture, base } = this;
    const [walked, answers] = await Promise.all([
      sentEntries(source),
      askAboutBase(capture, root, base),
    ]);
    const changes = baseChanges(walked, answers);
    checkSubmodules(root, base, changes);
    const entries = ofClone(walked, readTree(answers));
    const isNow = new Set(entries.map(({ path }) => path));
    const differs = new Set(changes.entries.map(({ path }) => path));
    const touched = new Set(this.#touched);
    this.#touch(changes);
    const changed = entries.filter(({ path }) => differs.has(path) || touched.has(path));
    if (source.secrets === "deny") await checkSecrets(source, changed);
    return {
      entries,
      changed,
      hasAlready: (path) => !differs.has(path) && !touched.has(path),
      gone: [...touched, ...changes.removed].filter((path) => !isNow.has(path)),
    };
  }

  #touch({ entries, removed }: Base["changes"]): void {
    for (const { path, kind } of entries) if (kind !== "directory") this.#touched.add(path);
    for (const path of removed) this.#touched.add(path);
  }
}
