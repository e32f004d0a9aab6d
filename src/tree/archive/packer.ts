/**
 * Entries to tar bytes. Small files, nearly all of a source tree, are read side by side straight into the
 * place that they have in the archive: what they cost is the calls, not the bytes.
 */
import { createHash } from "node:crypto";
import type { Files, FileStat, ReadStart } from "../../host.ts";
import { pathBytes } from "../../path_bytes.ts";
import { streamFile } from "./large_file.ts";
import type { SentFile } from "./checksum_list.ts";
import { BLOCK_BYTES, headerBytes, type Member, paddedBytes, writeHeader } from "./tar_header.ts";
import { cannotRead, changedWhileSent } from "../read_errors.ts";
import type { Entry } from "../walk.ts";

/** What one chunk holds at most. */
export const CHUNK_BYTES = 256 * 1024;
/** Up to this size a file is read in one go, with others at the same time. */
const SMALL_BYTES = 128 * 1024;
const SLAB_BYTES = 1024 * 1024;
const READS_AHEAD = 32;
/** tar reads records of 20 blocks, and some warn of a short last one. */
const RECORD_BYTES = 20 * BLOCK_BYTES;

type Chunk = Uint8Array<ArrayBuffer>;

interface PackerOptions {
  readonly files: Files;
  readonly root: string;
  readonly nowSeconds: number;
  readonly onFile?: (file: SentFile) => void;
  readonly tail?: () => readonly TailMember[] | Promise<readonly TailMember[]>;
}

/** What comes behind the tree's own members: a file of our own making, or a directory once more. */
export type TailMember = { readonly name: string; readonly text: string } | Entry;

export interface Packed {
  readonly files: number;
  readonly bytes: number;
}

/** A member's place in the slab: its header from `start` on, its content up to `end`, padded. */
interface Slot {
  readonly entry: Entry;
  readonly member: Member;
  readonly start: number;
  readonly content: number;
  readonly end: number;
  /** Of a file. */
  readonly reading?: Promise<ReadStart>;
  /** Of another name of a file that has been sent: what was sent. */
  readonly original?: SentFile;
}

export class Packer {
  /** What has gone so far, a file in the middle included. */
  readonly progress: { files: number; bytes: number } = { files: 0, bytes: 0 };
  #slab: Chunk = new Uint8Array(SLAB_BYTES);
  /** The slab's bytes up to here have gone, up to there they are ready, up to there they have an owner. */
  #gone = 0;
  #ready = 0;
  #reserved = 0;
  #slots: Slot[] = [];
  #archiveBytes = 0;
  /** By inode: files with more names than one that have a place, and what was sent of them. */
  readonly #inodes = new Map<string, SentFile | undefined>();

  constructor(private readonly options: PackerOptions) {}

  /** The archive's chunks; the caller's from then on. Throws TransferError. */
  async *chunks(
    entries: Iterable<Entry> | AsyncIterable<Entry>,
  ): AsyncGenerator<Chunk, Packed, undefined> {
    for await (const entry of entries) {
      const isOther = this.#isOtherName(entry);
      if (isOther) yield* this.#settle(0); // what was sent of the first is known then
      const original = isOther ? await this.#original(entry) : undefined;
      if (entry.kind === "file" && entry.sizeBytes > SMALL_BYTES && original === undefined) {
        yield* this.#settle(0);
        yield* this.#large(entry);
        continue;
      }
      const member = original === undefined ? this.#member(entry) : linkTo(original, entry.path);
      const contentOffset = headerBytes(member);
      // A block more than it takes, since a read tries for one byte more than the file should have.
      const needed = contentOffset + paddedBytes(member.sizeBytes) + BLOCK_BYTES;
      if (this.#reserved + needed > SLAB_BYTES) {
        yield* this.#settle(0);
        this.#slab = new Uint8Array(SLAB_BYTES);
        this.#gone = this.#ready = this.#reserved = 0;
      }
      this.#reserve({ entry, member, original }, contentOffset);
      if (this.#slots.length >= READS_AHEAD) yield* this.#settle(READS_AHEAD - 1);
    }
    yield* this.#settle(0);
    yield* this.#tail();
    return { ...this.progress };
  }

  /** Gives the entry its place and starts to read it there. */
  #reserve(part: Pick<Slot, "entry" | "member" | "original">, contentOffset: number): void {
    const { member } = part;
    const start = this.#reserved;
    const content = start + contentOffset;
    const end = this.#reserved = content + paddedBytes(member.sizeBytes);
    let reading: Promise<ReadStart> | undefined;
    if (member.kind === "file") {
      // A byte too many falls where the next header will be written, later: it is told by the count.
      const room = this.#slab.subarray(content, content + member.sizeBytes + 1);
      reading = this.options.files.readStart(this.#path(member), room);
      reading.catch(() => {}); // awaited in its turn, which an earlier error may prevent
    }
    this.#slots.push({ ...part, start, content, end, reading });
  }

  /** Completes slots until no more than `left` are still being read, and hands out what is ready. */
  async *#settle(left: number): AsyncGenerator<Chunk, void, undefined> {
    while (this.#slots.length > left) {
      const slot = this.#slots.shift()!;
      if (await this.#complete(slot)) {
        this.#ready = slot.end;
        while (this.#ready - this.#gone >= CHUNK_BYTES) yield this.#take(CHUNK_BYTES);
        continue;
      }
      // The file changed since it was listed: its place has the wrong size, so it goes on its own.
      if (this.#ready > this.#gone) yield this.#take(this.#ready - this.#gone);
      yield* this.#large(slot.entry);
      this.#gone = this.#ready = slot.end;
    }
    if (left === 0 && this.#ready > this.#gone) yield this.#take(this.#ready - this.#gone);
  }

  /** False where the file is no longer what was listed: its header would not be that of its content. */
  async #complete(slot: Slot): Promise<boolean> {
    const { entry, member, start, content, reading, original } = slot;
    if (reading !== undefined) {
      const { bytes: count, stat } = await this.#naming(reading);
      if (count !== member.sizeBytes || !isStill(entry, stat)) return false;
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
    const chunk = this.#slab.subarray(this.#gone, this.#gone + length);
    this.#gone += length;
    this.#archiveBytes += length;
    return chunk;
  }

  /** A file on its own, whatever its size. */
  async *#large(entry: Entry): AsyncGenerator<Chunk, void, undefined> {
    const { path } = entry;
    const file = await this.#naming(this.options.files.open(this.#path(entry)));
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

  /** Whether it has the inode of a file that has its place already; else that is noted. */
  #isOtherName({ inode }: Entry): boolean {
    if (inode === undefined) return false;
    if (this.#inodes.has(inode)) return true;
    this.#inodes.set(inode, undefined);
    return false;
  }

  /** What was sent of the file that has also this name, if it still has: the walk is a while ago. */
  async #original(entry: Entry): Promise<SentFile | undefined> {
    const sent = entry.inode === undefined ? undefined : this.#inodes.get(entry.inode);
    if (sent === undefined) return undefined;
    const { inode } = await this.#naming(this.options.files.lstat(this.#path(entry)));
    return inode === entry.inode ? sent : undefined;
  }

  /** The members of our own, two blocks of zeros, and zeros to a whole record. */
  async *#tail(): AsyncGenerator<Chunk, void, undefined> {
    const { tail = () => [], nowSeconds } = this.options;
    const mtimeSeconds = Math.floor(nowSeconds);
    const members = (await tail()).map((one) => {
      const content = pathBytes("text" in one ? one.text : "");
      const sizeBytes = content.length;
      const member: Member = "text" in one
        ? { path: one.name, kind: "file", sizeBytes, mode: 0o600, mtimeSeconds }
        : this.#member(one);
      return { member, content, contentOffset: headerBytes(member) };
    });
    const ownBytes = members.reduce(
      (sum, { member, contentOffset }) => sum + contentOffset + paddedBytes(member.sizeBytes),
      0,
    );
    const soFar = this.#archiveBytes + ownBytes + 2 * BLOCK_BYTES;
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

  async #naming<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      throw cannotRead(this.options.root, error);
    }
  }
}

/** The entry's header. */
export function asSent(entry: Entry, nowSeconds: number): Member {
  const mtimeSeconds = Math.floor(Math.min(Math.max(entry.mtimeSeconds, 0), nowSeconds));
  const { path, kind, sizeBytes, mode, linkTarget } = entry;
  return { path, kind, sizeBytes, mode, mtimeSeconds, linkTarget };
}

/** Whether what was read is the file as it was listed, so that its header is right. */
function isStill(entry: Entry, stat: FileStat): boolean {
  return stat.kind === "file" && stat.sizeBytes === entry.sizeBytes &&
    stat.mtimeSeconds === entry.mtimeSeconds && stat.inode === entry.inode;
}

/** What was only added to has its first bytes still, and those were sent. */
function wasRewritten(before: FileStat, after: FileStat): boolean {
  return after.mtimeSeconds !== before.mtimeSeconds && after.sizeBytes <= before.sizeBytes;
}

function linkTo({ path: linkTarget, mode, mtimeSeconds }: SentFile, path: string): Member {
  return { path, kind: "hard link", sizeBytes: 0, mode, mtimeSeconds, linkTarget };
}
