/** Packs one file of any size as tar bytes, chunk by chunk. */
import type { OpenFile } from "../../host.ts";
import { headerBytes, type Member, paddedBytes, writeHeader } from "./tar_header.ts";
import { changedWhileSent } from "../read_errors.ts";

interface FileChunk {
  readonly chunk: Uint8Array<ArrayBuffer>;
  /** The part of `chunk` that is file content: neither header nor padding. */
  readonly content: Uint8Array<ArrayBuffer>;
}

/**
 * Yields the file's header, exactly the bytes that the header announces, and padding. Reads the
 * next chunk while the caller handles the current one. Throws FileError, and TransferError if the
 * file becomes shorter.
 */
export async function* streamFile(
  file: OpenFile,
  member: Member,
  chunkBytes: number,
): AsyncGenerator<FileChunk, void, undefined> {
  const contentOffset = headerBytes(member);
  const contentEnd = contentOffset + member.sizeBytes;
  const wholeBytes = contentOffset + paddedBytes(member.sizeBytes);

  async function read(offset: number): Promise<FileChunk> {
    const chunk = new Uint8Array(Math.min(chunkBytes, wholeBytes - offset));
    if (offset === 0) writeHeader(member, chunk);
    const from = Math.max(contentOffset - offset, 0);
    const to = Math.max(Math.min(contentEnd - offset, chunk.length), from);
    const content = chunk.subarray(from, to);
    for (let at = 0; at < content.length;) {
      const count = await file.read(content.subarray(at));
      if (count === null) throw changedWhileSent(member.path, "became shorter");
      at += count;
    }
    return { chunk, content };
  }

  let next: Promise<FileChunk> | undefined = read(0);
  try {
    for (let offset = chunkBytes; next !== undefined; offset += chunkBytes) {
      const part: FileChunk = await next;
      next = offset < wholeBytes ? read(offset) : undefined;
      next?.catch(() => {}); // awaited in the next iteration, unless the caller stops
      yield part;
    }
  } finally {
    await next?.catch(() => {}); // the caller closes the file only after the read
  }
}
