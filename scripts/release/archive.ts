/**
 * The archives of a release. The same files make the same bytes: no times, no owners, and the
 * members in the given order.
 */
import {
  BLOCK_BYTES,
  headerBytes,
  type Member,
  paddedBytes,
  writeHeader,
} from "../../src/tree/archive/tar_header.ts";

export interface ArchivedFile {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** Returns a tar archive in gzip. */
export async function tarGz(files: readonly ArchivedFile[]): Promise<Uint8Array<ArrayBuffer>> {
  const blocks = files.flatMap(({ path, mode, content }) => {
    const sizeBytes = content.length;
    const member: Member = { path, kind: "file", sizeBytes, mode, mtimeSeconds: 0 };
    const header = new Uint8Array(headerBytes(member));
    writeHeader(member, header);
    return [header, content, new Uint8Array(paddedBytes(sizeBytes) - sizeBytes)];
  });
  const tar = new Blob([...blocks, new Uint8Array(2 * BLOCK_BYTES)]);
  const compressed = tar.stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(compressed).bytes();
}
