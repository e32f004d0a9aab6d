/** The changes of one attempt to the record that uploads keep in the directory. */
import type { Announcement } from "../step/protocol/receive.ts";
import {
  type Recorded,
  type RecordedBase,
  recordText,
  shortDigest,
  type UploadRecord,
} from "../step/protocol/record.ts";
import { at } from "../step/protocol/remote_path.ts";
import type { SentFile } from "../tree/archive/checksum_list.ts";
import type { Entry } from "../tree/walk.ts";
import type { Plan } from "./plan.ts";

/** A record with more lines than this for each entry of the tree is written anew. */
const MOST_LINES = 2;
/** Up to so many files are put in doubt one by one, whatever the size of the record. */
const MOST_DOUBTED = 1_000;

export interface NextRecord {
  /** The lines to append, or a whole record. */
  readonly text: string;
  /** Whether the text replaces the record. */
  readonly anew: boolean;
}

export class RecordUpdate {
  #changing: ReadonlySet<string> = new Set();
  #found: ReadonlyMap<string, Recorded> = new Map();
  #isWritten = false;

  constructor(
    private readonly before: UploadRecord | undefined,
    private readonly entryCount: number,
    private readonly newBase?: RecordedBase,
  ) {}

  /** Notes the paths that the next archives change, and what no record knows yet. */
  plan({ send, found }: Pick<Plan, "send" | "found">): void {
    this.#changing = new Set(send.map(({ path }) => path));
    this.#found = found;
  }

  /**
   * Notes for the record, before the files change. After an upload that is then cut, the record
   * still knows which files of before came from an upload.
   */
  get noted(): Pick<Announcement, "forget" | "doubted"> {
    if (this.#isWritten) return {};
    if (this.before === undefined) return { forget: true };
    return { doubted: this.#changesMost ? ["."] : this.#outdated };
  }

  /** Returns what the receiver writes to the record once it has verified these members. */
  next(
    { members, removed, packed }: {
      readonly members: readonly (Entry | SentFile)[];
      readonly removed: readonly string[];
      /** The files as they were packed, by path. */
      readonly packed: ReadonlyMap<string, SentFile>;
    },
  ): NextRecord {
    const anew = this.#isAnew;
    const now = new Map(recorded(members, packed));
    const removedPaths = new Set(removed);
    const kept = anew
      ? [...this.before?.entries ?? []]
        .filter(([path]) => !now.has(path) && !removedPaths.has(path))
        .map(([path, entry]): [string, Recorded] => [path, this.#inDoubt(path, entry)])
      : [];
    const base = this.#isWritten ? undefined : anew ? this.before?.base : this.newBase;
    // A file of the clone counts as there unless a line says that it is gone.
    const goneBefore = base === undefined ? [] : this.before?.gone ?? [];
    const gone = anew && base === undefined ? [] : [...goneBefore, ...removedPaths];
    const found = this.#isWritten ? [] : this.#found;
    this.#isWritten = true;
    return { text: recordText([...kept, ...found, ...now], { gone, base, anew }), anew };
  }

  /**
   * Whether the next text is a whole record: because the record has grown too long, or because most
   * of it changes. To a record that the receiver begins, archives append in any order.
   */
  get #isAnew(): boolean {
    if (this.#isWritten || this.before === undefined) return false;
    return this.before.lines > this.entryCount * MOST_LINES + 100 || this.#changesMost;
  }

  get #changesMost(): boolean {
    const count = this.before?.entries.size ?? 0;
    return this.#outdated.length > Math.max(MOST_DOUBTED, count / 2);
  }

  /** The files in the record that are about to change. */
  get #outdated(): string[] {
    const { before } = this;
    if (before === undefined) return [];
    return [...this.#changing].filter((path) => at(before.entries, path)?.kind === "file");
  }

  /** Returns the entry as it is while its file changes. */
  #inDoubt(path: string, entry: Recorded): Recorded {
    return entry.kind === "file" && this.#changing.has(path) ? { kind: "part" } : entry;
  }
}

/** Returns what the next upload needs to know of these members. */
function recorded(
  members: readonly (Entry | SentFile)[],
  packed: ReadonlyMap<string, SentFile>,
): [string, Recorded][] {
  const recorded: [string, Recorded][] = [];
  for (const { path, ...member } of members) {
    const kind = "kind" in member ? member.kind : "file";
    const sent = packed.get(path);
    if (kind === "directory") recorded.push([path, { kind: "dir" }]);
    else if (kind === "symlink") recorded.push([path, { kind: "link" }]);
    else if (sent !== undefined) {
      const { mode, mtimeSeconds } = sent;
      const digest = shortDigest(sent.digest);
      recorded.push([path, { kind: "file", digest, mode, mtimeSeconds }]);
    }
  }
  return recorded;
}
