/**
 * The knowledge of the client about an upload, over all its execs and attempts. Each method that
 * changes it is a step of the upload: listed, planned, packed, verified, connection lost.
 */
import { createHash } from "node:crypto";
import type { RunEvent } from "../events.ts";
import type { Clock } from "../host.ts";
import { pathBytes } from "../path_bytes.ts";
import type { RemoteListing } from "../step/protocol/listing.ts";
import type { UploadRecord } from "../step/protocol/record.ts";
import type { Receipt, SentFile } from "../tree/archive/checksum_list.ts";
import type { Entry } from "../tree/walk.ts";
import type { RemoteState } from "./list_remote.ts";
import type { Opened } from "./opened.ts";
import type { SendOptions, SourceTree } from "./options.ts";
import type { Plan } from "./plan.ts";
import type { PrepackedTree } from "./prepack/prepacked_archive.ts";
import { type Count, Progress } from "./progress.ts";
import { RecordUpdate } from "./record_update.ts";
import { UploadName } from "./upload_name.ts";

type Untimed<K extends RunEvent["kind"]> = K extends K
  ? Omit<Extract<RunEvent, { kind: K }>, "elapsedMs">
  : never;

export interface UploadSource
  extends
    Pick<SourceTree, "entries" | "digests" | "prepacked">,
    Pick<SendOptions, "name" | "opened" | "base"> {
  readonly random: (length: number) => string;
  readonly clock: Clock;
}

export class UploadState {
  readonly name: UploadName;
  #opened: Opened | undefined;
  #pulses = false;
  #listing?: RemoteListing;
  #record?: UploadRecord;
  #recordUpdate: RecordUpdate;
  readonly #packed = new Map<string, SentFile>();
  readonly #verified = new Set<string>();
  readonly #unchanged = new Set<string>();
  #removed = 0;
  #lockedMs = 0;
  #sharedDirectories: readonly Entry[] = [];
  #isCompressed = false;
  #sentBytes = 0;
  #isAllSent = false;
  #isReported = false;
  #hasTakenPrepacked = false;
  readonly #progress: Progress;

  constructor(
    private readonly source: UploadSource,
    private readonly emit: (event: Untimed<"sending" | "sent">) => void,
  ) {
    this.name = source.name ?? new UploadName(source.random);
    this.#opened = source.opened;
    if (this.#opened === undefined) this.name.next();
    this.#progress = new Progress(source.entries);
    this.#recordUpdate = this.#updateOf(undefined);
  }

  /** Whether the receiver is known to pulse. */
  get pulses(): boolean {
    return this.#pulses;
  }

  /** Whether the client knows the contents of the directory, or has to ask. */
  get isListed(): boolean {
    return this.#listing !== undefined;
  }

  /** The contents of the directory when the client last asked. */
  get listing(): RemoteListing {
    if (this.#listing === undefined) throw new Error("the directory has not been listed");
    return this.#listing;
  }

  get record(): UploadRecord | undefined {
    return this.#record;
  }

  get recordUpdate(): RecordUpdate {
    return this.#recordUpdate;
  }

  /** The files as they were packed, whether they arrived or not, by path. */
  get packed(): ReadonlyMap<string, SentFile> {
    return this.#packed;
  }

  /** The paths that a receipt has confirmed. */
  get verified(): ReadonlySet<string> {
    return this.#verified;
  }

  /** Directories that two lanes put files into, and whose mtimes the last archive sets. */
  get sharedDirectories(): readonly Entry[] {
    return this.#sharedDirectories;
  }

  /** Whether the next archive is compressed. */
  get isCompressed(): boolean {
    return this.#isCompressed;
  }

  /**
   * Whether the last archive was sent to its last byte, so that the receiver may release the step.
   */
  get isAllSent(): boolean {
    return this.#isAllSent;
  }

  get leftBytes(): number {
    return this.#progress.leftBytes;
  }

  /** Returns the receiver that was opened ahead, once. */
  takeOpened(): Opened | undefined {
    const opened = this.#opened;
    this.#opened = undefined;
    opened?.take();
    return opened;
  }

  /** Returns the tree that was packed ahead, once: a later attempt packs what is missing. */
  takePrepacked(): PrepackedTree | undefined {
    if (this.#hasTakenPrepacked) return undefined;
    this.#hasTakenPrepacked = true;
    return this.source.prepacked;
  }

  /** How long other uploads kept this one waiting. */
  get lockedMs(): number {
    return this.#lockedMs;
  }

  listed({ listing, record, lockedMs }: RemoteState): void {
    this.#lockedMs += lockedMs;
    this.#listing = listing;
    this.#pulses = listing.pulses;
    this.#record = record;
    // An empty directory may get two archives at a time, and a record says nothing about it.
    const before = listing.entries.size === 0 ? undefined : record;
    this.#recordUpdate = this.#updateOf(before);
  }

  #updateOf(record: UploadRecord | undefined): RecordUpdate {
    return new RecordUpdate(record, this.source.entries.length, this.source.base);
  }

  planned({ send, found, verify, unchanged, removed }: Plan): void {
    this.#recordUpdate.plan({ send, found });
    for (const { path } of unchanged) this.#unchanged.add(path);
    this.#removed = Math.max(this.#removed, removed);
    this.#progress.restart({
      unchanged: this.#unchanged,
      verified: this.#verified,
      arrived: verify,
    });
  }

  splitInLanes(shared: readonly Entry[]): void {
    this.#sharedDirectories = shared;
  }

  compressNext(isCompressed: boolean): void {
    this.#isCompressed = isCompressed;
  }

  addPacked(file: SentFile): void {
    this.#packed.set(file.path, file);
    this.source.digests.note(file.path, file.digest);
  }

  addSentBytes(bytes: number): void {
    this.#sentBytes += bytes;
  }

  /** Reports how much of an archive has been sent. */
  reportProgress(archive: object, sent: Count): void {
    this.#progress.note(archive, sent);
    const { total } = this.#progress;
    const { files, bytes } = this.#progress.sent;
    const totals = { totalFiles: total.files, totalBytes: total.bytes };
    this.emit({ kind: "sending", files, bytes, ...totals });
  }

  allSent(): void {
    this.#isAllSent = true;
  }

  /** Notes the members of an archive whose receipt was right. */
  addVerified(members: readonly Entry[]): void {
    for (const { path } of members) this.#verified.add(path);
  }

  connectionLost(): void {
    this.name.next();
    this.#listing = undefined;
  }

  /** Reports that the whole tree has arrived: once, as soon as the receipt says so. */
  reportSent(verified: boolean): void {
    if (this.#isReported) return;
    this.#isReported = true;
    const { files, bytes } = this.#progress.total;
    this.emit({
      kind: "sent",
      files,
      bytes,
      verified,
      wireBytes: this.#isCompressed ? this.#sentBytes : undefined,
      unchanged: this.#unchanged.size,
      unchangedMs: this.#recordAgeMs,
      removed: this.#removed,
    });
  }

  /** The age of the record; 0 if the clock of the node is ahead. */
  get #recordAgeMs(): number | undefined {
    if (this.#record === undefined || this.#unchanged.size === 0) return undefined;
    return Math.max(0, this.source.clock.now() - this.#record.writtenSeconds * 1000);
  }

  /** Returns the receipt of the whole tree, whenever its files arrived. */
  async receipt(): Promise<Receipt> {
    const lines: string[] = [];
    let bytes = 0;
    for (const entry of this.source.entries) {
      if (entry.kind !== "file") continue;
      const sent = this.#packed.get(entry.path);
      const known = sent?.digest ?? this.source.digests.of(entry);
      const digest = known instanceof Promise ? await known : known;
      lines.push(`${digest}  ./${entry.path}\n`);
      bytes += sent?.sizeBytes ?? entry.sizeBytes;
    }
    const digest = createHash("sha256").update(pathBytes(lines.join(""))).digest("hex");
    return { files: lines.length, bytes, digest };
  }
}
