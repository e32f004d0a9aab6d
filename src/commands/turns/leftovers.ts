/** --clean: what the work of the last turn made in the directory. Pure. */
import type { RemoteListing } from "../../step/protocol/listing.ts";
import { isOfRecord } from "../../step/protocol/record.ts";
import type { Clean } from "../../transfer/options.ts";
import type { Entry } from "../../tree/walk.ts";

/**
 * Made by the work is what was not there when the turn began, and was there when it ended. What the
 * user makes in between, in a shell, stays.
 */
export class Leftovers implements Clean {
  /** Undefined until the first turn has begun. */
  #before: ReadonlySet<string> | undefined;
  /** Undefined if the directory was not listed after the work, before anything else happened. */
  #after: ReadonlySet<string> | undefined;
  #listed: readonly string[] = [];
  #tree: ReadonlySet<string> = new Set();

  readonly isLeft = (path: string): boolean =>
    path !== "" && !isOfRecord(path) && this.#before !== undefined && !this.#before.has(path) &&
    (this.#after?.has(path) ?? true);

  readonly onListed = ({ entries }: RemoteListing): void => {
    this.#listed = [...entries.keys()];
  };

  /** The upload has arrived, and the work begins. */
  sent(entries: readonly Entry[]): void {
    const stayed = this.#listed.filter((path) => !this.isLeft(path) && !this.#tree.has(path));
    this.#tree = new Set(entries.map(({ path }) => path));
    this.#before = new Set([...stayed, ...this.#tree]);
    this.#after = undefined;
  }

  /** The work has ended, and nothing else happened since. Later calls for one turn count not. */
  worked({ entries }: RemoteListing): void {
    this.#after ??= new Set(entries.keys());
  }
}
