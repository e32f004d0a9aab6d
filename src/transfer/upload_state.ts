/** What is known of an upload over all its parts and tries. */
import { createHash } from "node:crypto";
import { pathBytes } from "../path_bytes.ts";
import type { Delta } from "./delta.ts";
import type { Receipt, SentFile } from "../tree/archive/checksum_list.ts";
import type { Clock } from "../host.ts";
import {
  type Recorded,
  recordText,
  shortDigest,
  type UploadRecord,
} from "../step/protocol/record.ts";
import { at } from "../step/protocol/remote_path.ts";
import type { RemoteListing } from "../step/protocol/listing.ts";
import { sizeOf } from "../tree/sizes.ts";
import type { Entry } from "../tree/walk.ts";
import type { RunEvent } from "../events.ts";
import type { PrepackedTree, SourceTree } from "./options.ts";

/** A record that has grown to more than that many lines for each entry is written anew. */
const MOST_LINES = 2;
/** So many paths are taken out of a record one by one, whatever it has. */
const MOST_GONE = 1_000;

export class Transfer {
  /** What tells this upload from others. */
  readonly id: string;
  /** Counts its connections that were lost. */
  attempt = 1;
  /** The receiver pulses: it has the program for that. */
  pulses = false;
  #parts = 0;
  /** What lay there when it was last asked. */
  survey?: RemoteListing;
  record?: UploadRecord;
  /** What was packed, whether it arrived or not, by path. */
  readonly sent = new Map<string, SentFile>();
  /** The paths that a receipt has vouched for. */
  readonly verified = new Set<string>();
  readonly unchanged = new Set<string>();
  removed = 0;
  /** The directories that two parts side by side have put something into: their times are right once both are done. */
  shared: readonly Entry[] = [];
  /** Whether what goes now goes compressed. */
  compressed = false;
  wireBytes = 0;
  /** A last part has gone to its last byte: what lets the step go is on its way. */
  isAllSent = false;
  #totalFiles = 0;
  #totalBytes = 0;
  /** What had gone when the part began. */
  #doneFiles = 0;
  #doneBytes = 0;
  /** What has gone of each of its archives. */
  readonly #gone = new Map<object, Gone>();
  /** What the part and those after it change. */
  #changing: ReadonlySet<string> = new Set();
  #hasRecorded = false;
  #hasTaken = false;
  #isSentTold = false;

  constructor(
    private readonly sourceTree: Pick<SourceTree, "entries" | "digests" | "prepared"> & {
      readonly random: (length: number) => string;
      readonly clock: Clock;
    },
    private readonly emit: (event: Untimed<"sending" | "sent">) => void,
  ) {
    this.id = sourceTree.random(10);
  }

  /** A name in the directory that only one part knows. */
  partName(): string {
    return `.tkn-dev-${this.id}-${++this.#parts}`;
  }

  /** Once: another try has a part of it already. */
  takePrepared(): PrepackedTree | undefined {
    if (this.#hasTaken) return undefined;
    this.#hasTaken = true;
    return this.sourceTree.prepared;
  }

  /** A part, which without a difference is all of the tree. */
  begin(
    { send = [], unchanged = [], resumed = [], remove = [], rmdir = [] }: Partial<Delta> = {},
  ): void {
    this.#changing = new Set(send.map(({ path }) => path));
    for (const { path } of unchanged) this.unchanged.add(path);
    this.removed = Math.max(this.removed, remove.length + rmdir.length);
    const files = this.sourceTree.entries.filter(({ kind }) => kind === "file");
    const wanted = files.filter(({ path }) => !this.unchanged.has(path));
    const done = files.filter(({ path }) => this.verified.has(path));
    this.#totalFiles = wanted.length;
    this.#totalBytes = sizeOf(wanted);
    this.#doneFiles = done.length + resumed.length;
    this.#doneBytes = sizeOf(done) + sizeOf(resumed);
    this.#gone.clear();
  }

  /** How much of one of the archives has gone. */
  tell(archive: object, gone: Gone): void {
    this.#gone.set(archive, gone);
    const all = this.#goneSoFar;
    const [totalFiles, totalBytes] = [this.#totalFiles, this.#totalBytes];
    this.emit({ kind: "sending", ...all, totalFiles, totalBytes });
  }

  /** All of it has arrived: said once, as soon as the receipt comes, which is before the command's end. */
  tellSent(verified: boolean): void {
    if (this.#isSentTold) return;
    this.#isSentTold = true;
    this.emit({
      kind: "sent",
      files: this.#totalFiles,
      bytes: this.#totalBytes,
      verified,
      wireBytes: this.compressed ? this.wireBytes : undefined,
      unchanged: this.unchanged.size,
      unchangedMs: this.#recordedMs,
      removed: this.removed,
    });
  }

  /** How long ago the record was written; 0 where the clock over there is ahead. */
  get #recordedMs(): number | undefined {
    if (this.record === undefined || this.unchanged.size === 0) return undefined;
    return Math.max(0, this.sourceTree.clock.now() - this.record.writtenSeconds * 1000);
  }

  get leftBytes(): number {
    return this.#totalBytes - this.#goneSoFar.bytes;
  }

  get #goneSoFar(): Gone {
    let [files, bytes] = [this.#doneFiles, this.#doneBytes];
    for (const gone of this.#gone.values()) {
      files += gone.files;
      bytes += gone.bytes;
    }
    return { files, bytes };
  }

  /**
   * Whether the next part's record is the first, or takes the place of one that has grown too long, or of which most
   * changes.
   */
  get recordsAnew(): boolean {
    if (this.#hasRecorded) return false;
    return this.record === undefined ||
      this.record.lines > this.sourceTree.entries.length * MOST_LINES + 100 ||
      this.outdated.length > Math.max(MOST_GONE, this.record.entries.size / 2);
  }

  /** What the record says of paths that are about to change. */
  get outdated(): string[] {
    const { record } = this;
    if (record === undefined) return [];
    return [...this.#changing].filter((path) => at(record.entries, path) !== undefined);
  }

  isChanging(path: string): boolean {
    return this.#changing.has(path);
  }

  setRecorded(): void {
    this.#hasRecorded = true;
  }

  /** A try that was cut: what lies there has to be asked anew. */
  restart(): void {
    this.attempt++;
    this.survey = undefined;
    this.#hasRecorded = false;
  }

  /** Of the whole tree, whenever its files came. */
  async receipt(): Promise<Receipt> {
    const lines: string[] = [];
    let bytes = 0;
    for (const entry of this.sourceTree.entries) {
      if (entry.kind !== "file") continue;
      const sent = this.sent.get(entry.path);
      const known = sent?.digest ?? this.sourceTree.digests.of(entry);
      const digest = known instanceof Promise ? await known : known;
      lines.push(`${digest}  ./${entry.path}\n`);
      bytes += sent?.sizeBytes ?? entry.sizeBytes;
    }
    return { files: lines.length, bytes, digest: sha256(lines.join("")) };
  }

  /** What the next upload is to know of these entries. */
  recorded(members: readonly (Entry | SentFile)[]): [string, Recorded][] {
    const recorded: [string, Recorded][] = [];
    for (const { path, ...member } of members) {
      const kind = "kind" in member ? member.kind : "file";
      const sent = this.sent.get(path);
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
}

interface Gone {
  readonly files: number;
  readonly bytes: number;
}

type Untimed<K extends RunEvent["kind"]> = K extends K
  ? Omit<Extract<RunEvent, { kind: K }>, "elapsedMs">
  : never;

/** The record's text, to be added or anew, its size and its sha256. */
export function writeRecord(
  transfer: Transfer,
  { members, removed, anew }: {
    members: readonly (Entry | SentFile)[];
    removed: readonly string[];
    anew: boolean;
  },
): { text: string; sizeBytes: number; digest: string } {
  const now = new Map(transfer.recorded(members));
  const before = anew ? [...transfer.record?.entries ?? []] : [];
  const gone = new Set(removed);
  const stays = (path: string) => !now.has(path) && !gone.has(path) && !transfer.isChanging(path);
  const entries = [...before.filter(([path]) => stays(path)), ...now];
  const text = recordText(entries, { gone: anew ? [] : gone, anew });
  transfer.setRecorded();
  return { text, sizeBytes: pathBytes(text).length, digest: sha256(text) };
}

/** Of a text's bytes, with names in it that are not UTF-8. */
function sha256(text: string): string {
  return createHash("sha256").update(pathBytes(text)).digest("hex");
}
