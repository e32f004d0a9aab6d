/** One file of any size as tar bytes, chunk by chunk. */
import type { OpenFile } from "../../host.ts";
import { headerBytes, type Member, paddedBytes, writeHeader } from "./tar_header.ts";
import { changedWhileSent } from "../read_errors.ts";

interface Part {
  readonly chunk: Uint8Array<ArrayBuffer>;
  /** The file's own bytes in it: not its header, nor the zeros that fill its last block. */
  readonly content: Uint8Array<ArrayBuffer>;
}

/**
 * The file's header, exactly the bytes that its header announces, and padding. The next chunk is read
 * while the caller has this one. Throws FileError, and TransferError where the file has become shorter.
 */
export async function* streamFile(
  file: OpenFile,
  member: Member,
  chunkBytes: number,
): AsyncGenerator<Part, void, undefined> {
  const contentOffset = headerBytes(member);
  const contentEnd = contentOffset + member.sizeBytes;
  const wholeBytes = contentOffset + paddedBytes(member.sizeBytes);

  async function read(offset: number): Promise<Part> {
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

  let next: Promise<Part> | undefined = read(0);
  try {
    for (let offset = chunkBytes; next !== undefined; offset += chunkBytes) {
      const part: Part = await next;
      next = offset < wholeBytes ? read(offset) : undefined;
      next?.catch(() => {}); // awaited in the next round, if there is one
      yield part;
    }
  } finally {
    await next?.catch(() => {}); // the caller closes the file: not under a read
  }
}
