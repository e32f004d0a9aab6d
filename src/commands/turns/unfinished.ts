/** The files of uploads that were cut short, which the next one removes or completes. Pure. */
import type { Clean, SendOptions } from "../../transfer/options.ts";
import type { Entry } from "../../tree/walk.ts";

/**
 * An upload that is cut short leaves files, and a part of one, that no record knows. If they are
 * deleted before the next upload, nothing else would remove them.
 */
export class Unfinished {
  readonly #paths = new Set<string>();

  /** Returns the rule for an upload of the entries, over that of the options. */
  clean(
    entries: readonly Entry[],
    { clean, deletes }: Pick<SendOptions, "clean" | "deletes">,
  ): Clean | undefined {
    const left = new Set(this.#paths);
    for (const { path } of entries) left.delete(path);
    if (left.size === 0 || deletes === "never") return clean;
    return {
      isLeft: (path) => left.has(path) || clean?.isLeft(path) === true,
      onListed: (listing) => clean?.onListed(listing),
    };
  }

  /** The workspace may have these files, and no record says so. */
  mayHave(paths: readonly string[]): void {
    for (const path of paths) this.#paths.add(path);
  }

  /** An upload begins, which may be cut short. */
  begun(entries: readonly Entry[]): void {
    for (const { path, kind } of entries) {
      if (kind !== "directory") this.#paths.add(path);
    }
  }

  /** The last upload has arrived. */
  ended(): void {
    this.#paths.clear();
  }
}
