/**
 * Packs entries as tar bytes. Small files, which are most of a source tree, are read in parallel
 * directly into their place in the archive, because for them the system calls cost more than the
 * bytes.
 */
import { createHash } from "node:crypto";
import type { Files, FileStat, ReadStart } from "../../host.ts";
import { pathBytes } from "../../path_bytes.ts";
import { streamFile } from "./large_file.ts";
import type { SentFile } from "./checksum_list.ts";
import { BLOCK_BYTES, headerBytes, type Member, paddedBytes, writeHeader } from "./tar_header.ts";
import { cannotRead, changedWhileSent } from "../read_errors.ts";
import type { Entry } from "../walk.ts";

/** The most bytes in a chunk. */
const CHUNK_BYTES = 256 * 1024;
/** A file up to this size is read with one call, in parallel with others. */
const SMALL_BYTES = 128 * 1024;
const SLAB_BYTES = 1024 * 1024;
const READS_AHEAD = 32;
/** tar reads records of 20 blocks; some versions warn if the last one is short. */
const RECORD_BYTES = 20 * BLOCK_BYTES;

type Chunk = Uint8Array<ArrayBuffer>;

interface PackerOptions {
  readonly files: Files;
  readonly root: string;
  readonly nowSeconds: number;
  readonly onFile?: (file: SentFile) => void;
  readonly tail?: () => readonly TailMember[] | Promise<readonly TailMember[]>;
}

/** A member after the tree's entries: a generated file, or a directory once more. */
export type TailMember = { readonly name: string; readonly text: string } | Entry;

export interface Packed {
  readonly files: number;
  readonly bytes: number;
}

/** A member's offsets in the slab: header, content, and the end of the padding. */
interface Slot {
  readonly entry: Entry;
  readonly member: Member;
  readonly start: number;
  readonly content: number;
  readonly end: number;
  /** For a file. */
  readonly reading?: Promise<ReadStart>;
  /** For a hard link: the file that was sent under its first name. */
  readonly original?: SentFile;
}

export class Packer {
  /** The totals so far; `bytes` includes the file being sent. */
  readonly progress: { files: number; bytes: number } = { files: 0, bytes: 0 };
  #slab: Chunk = new Uint8Array(SLAB_BYTES);
  /** Slab offsets: sent <= ready <= reserved. */
  #sent = 0;
  #ready = 0;
  #reserved = 0;
  #slots: Slot[] = [];
  #archiveBytes = 0;
  /** Files with several names, by inode; undefined until the first name is sent. */
  readonly #inodes = new Map<string, SentFile | undefined>();

  constructor(private readonly options: PackerOptions) {}

  /** Yields the archive's chunks, which the caller owns. Throws TransferError. */
  async *chunks(
    entries: Iterable<Entry> | AsyncIterable<Entry>,
  ): AsyncGenerator<Chunk, Packed, undefined> {
    for await (const entry of entries) {
      const isLaterName = this.#isLaterName(entry);
      if (isLaterName) yield* this.#drain(0); // so that the first name is in #inodes
      const original = isLaterName ? await this.#original(entry) : undefined;
      if (entry.kind === "file" && entry.sizeBytes > SMALL_BYTES && original === undefined) {
        yield* this.#drain(0);
        yield* this.#large(entry);
        continue;
      }
      const member = original === undefined ? this.#member(entry) : linkTo(original, entry.path);
      const contentOffset = headerBytes(member);
      // One block extra, because a read asks for one byte more than the listed size.
      const needed = contentOffset + paddedBytes(member.sizeBytes) + BLOCK_BYTES;
      if (this.#reserved + needed > SLAB_BYTES) {
        yield* this.#drain(0);
        this.#slab = new Uint8Array(SLAB_BYTES);
        this.#sent = this.#ready = this.#reserved = 0;
      }
      this.#reserve({ entry, member, original }, contentOffset);
      if (this.#slots.length >= READS_AHEAD) yield* this.#drain(READS_AHEAD - 1);
    }
    yield* this.#drain(0);
    yield* this.#tail();
    return { ...this.progress };
  }

  /** Reserves the entry's place in the slab and starts to read the file into it. */
  #reserve(part: Pick<Slot, "entry" | "member" | "original">, contentOffset: number): void {
    const { member } = part;
    const start = this.#reserved;
    const content = start + contentOffset;
    const end = this.#reserved = content + paddedBytes(member.sizeBytes);
    let reading: Promise<ReadStart> | undefined;
    if (member.kind === "file") {
      // An extra byte shows that the file has grown. The next header overwrites it later.
      const room = this.#slab.subarray(content, content + member.sizeBytes + 1);
      reading = this.options.files.readStart(this.#path(member), room);
      reading.catch(() => {}); // awaited in #complete, unless an earlier member fails
    }
    this.#slots.push({ ...part, start, content, end, reading });
  }

  /**
   * Completes slots until at most `pending` reads are left, and yields the bytes that are ready.
   */
  async *#drain(pending: number): AsyncGenerator<Chunk, void, undefined> {
    while (this.#slots.length > pending) {
      const slot = this.#slots.shift()!;
      if (await this.#complete(slot)) {
        this.#ready = slot.end;
        while (this.#ready - this.#sent >= CHUNK_BYTES) yield this.#take(CHUNK_BYTES);
        continue;
      }
      // The file has changed since the walk, so its place has the wrong size. Send it separately.
      if (this.#ready > this.#sent) yield this.#take(this.#ready - this.#sent);
      yield* this.#large(slot.entry);
      this.#sent = this.#ready = slot.end;
    }
    if (pending === 0 && this.#ready > this.#sent) yield this.#take(this.#ready - this.#sent);
  }

  /** Writes the header. Returns false if the file has changed since it was listed. */
  async #complete(slot: Slot): Promise<boolean> {
    const { entry, member, start, content, reading, original } = slot;
    if (reading !== undefined) {
      const { bytes: count, stat } = await this.#orCannotRead(reading);
      if (count !== member.sizeBytes || !isUnchanged(entry, stat)) return false;
      const bytes = this.#slab.subarray(content, content + member.sizeBytes);
      this.#add(member, createHash("sha256").update(bytes).digest("hex"), entry.inode);
      this.progress.bytes += member.sizeBytes;
    } else if (original !== undefined) {
      this.#add({ ...original, path: member.path }, original.digest);
      this.progress.bytes += original.sizeBytes;
    }
    writeHeader(member, this.#slab.subarray(start, content));
    return true;
  }

  #take(length: number): Chunk {
    const chunk = this.#slab.subarray(this.#sent, this.#sent + length);
    this.#sent += length;
    this.#archiveBytes += length;
    return chunk;
  }

  /** Streams one file of any size outside the slab. */
  async *#large(entry: Entry): AsyncGenerator<Chunk, void, undefined> {
    const { path } = entry;
    const file = await this.#orCannotRead(this.options.files.open(this.#path(entry)));
    try {
      const stat = await file.stat();
      const member = this.#member({ ...stat, kind: "file", path, mode: entry.mode });
      if (stat.kind !== "file") throw changedWhileSent(path, "was replaced");
      const hash = createHash("sha256");
      for await (const { chunk, content } of streamFile(file, member, CHUNK_BYTES)) {
        hash.update(content);
        this.progress.bytes += content.length;
        this.#archiveBytes += chunk.length;
        yield chunk;
      }
      if (wasRewritten(stat, await file.stat())) throw changedWhileSent(path, "was written to");
      this.#add(member, hash.digest("hex"), stat.inode);
    } catch (error) {
      throw cannotRead(this.options.root, error);
    } finally {
      file.close();
    }
  }

  #add(
    { path, sizeBytes, mode, mtimeSeconds }: Omit<SentFile, "digest">,
    digest: string,
    inode?: string,
  ): void {
    const sent: SentFile = { path, sizeBytes, mode, mtimeSeconds, digest };
    if (inode !== undefined) this.#inodes.set(inode, sent);
    this.progress.files++;
    this.options.onFile?.(sent);
  }

  /** Returns whether an entry with the same inode came before, and records the inode. */
  #isLaterName({ inode }: Entry): boolean {
    if (inode === undefined) return false;
    if (this.#inodes.has(inode)) return true;
    this.#inodes.set(inode, undefined);
    return false;
  }

  /** Returns the file sent under the first name, if this name still has the same inode. */
  async #original(entry: Entry): Promise<SentFile | undefined> {
    const sent = entry.inode === undefined ? undefined : this.#inodes.get(entry.inode);
    if (sent === undefined) return undefined;
    const { inode } = await this.#orCannotRead(this.options.files.lstat(this.#path(entry)));
    return inode === entry.inode ? sent : undefined;
  }

  /** Yields the tail members, two blocks of zeros, and zeros up to a whole record. */
  async *#tail(): AsyncGenerator<Chunk, void, undefined> {
    const { tail = () => [], nowSeconds } = this.options;
    const mtimeSeconds = Math.floor(nowSeconds);
    const members = (await tail()).map((added) => {
      const content = pathBytes("text" in added ? added.text : "");
      const sizeBytes = content.length;
      const member: Member = "text" in added
        ? { path: added.name, kind: "file", sizeBytes, mode: 0o600, mtimeSeconds }
        : this.#member(added);
      return { member, content, contentOffset: headerBytes(member) };
    });
    const tailBytes = members.reduce(
      (sum, { member, contentOffset }) => sum + contentOffset + paddedBytes(member.sizeBytes),
      0,
    );
    const soFar = this.#archiveBytes + tailBytes + 2 * BLOCK_BYTES;
    const wholeBytes = Math.ceil(soFar / RECORD_BYTES) * RECORD_BYTES;
    const bytes = new Uint8Array(wholeBytes - this.#archiveBytes);
    let at = 0;
    for (const { member, content, contentOffset } of members) {
      writeHeader(member, bytes.subarray(at));
      bytes.set(content, at + contentOffset);
      at += contentOffset + paddedBytes(content.length);
    }
    for (let i = 0; i < bytes.length; i += CHUNK_BYTES) yield bytes.subarray(i, i + CHUNK_BYTES);
  }

  #path(entry: { path: string }): string {
    return `${this.options.root}/${entry.path}`;
  }

  #member(entry: Entry): Member {
    return asSent(entry, this.options.nowSeconds);
  }

  async #orCannotRead<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      throw cannotRead(this.options.root, error);
    }
  }
}

/** Returns the header of the entry as it is sent. */
export function asSent(entry: Entry, nowSeconds: number): Member {
  const mtimeSeconds = Math.floor(Math.min(Math.max(entry.mtimeSeconds, 0), nowSeconds));
  const { path, kind, sizeBytes, mode, linkTarget } = entry;
  return { path, kind, sizeBytes, mode, mtimeSeconds, linkTarget };
}

/** Returns whether the file still matches its listed entry, and therefore its header. */
function isUnchanged(entry: Entry, stat: FileStat): boolean {
  return stat.kind === "file" && stat.sizeBytes === entry.sizeBytes &&
    stat.mtimeSeconds === entry.mtimeSeconds && stat.inode === entry.inode;
}

/** Returns whether the content changed. Appending does not count: the sent bytes stay the same. */
function wasRewritten(before: FileStat, after: FileStat): boolean {
  return after.mtimeSeconds !== before.mtimeSeconds && after.sizeBytes <= before.sizeBytes;
}

function linkTo({ path: linkTarget, mode, mtimeSeconds }: SentFile, path: string): Member {
  return { path, kind: "hard link", sizeBytes: 0, mode, mtimeSeconds, linkTarget };
}
