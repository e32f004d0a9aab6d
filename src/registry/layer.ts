/** The one file in a layer of an image: a tar, which may be gzipped. */

const MOST_BYTES = 4 * 1024 * 1024;
const BLOCK = 512;

/** A layer that cannot be read, with the reason: "it is compressed with zstd". */
export class LayerError extends Error {}

/**
 * Returns the text of the first file; of a layer that is no tar, its whole text, as Tekton does.
 * Throws LayerError.
 */
export async function fileOfLayer(stored: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = await uncompressed(stored);
  return new TextDecoder().decode(firstFile(bytes) ?? bytes);
}

async function uncompressed(stored: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (startsWith(stored, 0x28, 0xb5, 0x2f, 0xfd)) throw new LayerError("it is zstd-compressed");
  if (!startsWith(stored, 0x1f, 0x8b)) return stored;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    const plain = new Blob([stored]).stream().pipeThrough(new DecompressionStream("gzip"));
    for await (const chunk of plain) {
      length += chunk.length;
      if (length > MOST_BYTES) throw new LayerError("it is longer than 4 MiB");
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof LayerError ? error : new LayerError("its gzip is broken");
  }
  return await new Blob(chunks).bytes();
}

function startsWith(bytes: Uint8Array, ...magic: number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

/** Returns undefined for bytes that are no tar. Passes over headers of long names. */
function firstFile(bytes: Uint8Array): Uint8Array | undefined {
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK);
    if (!hasChecksum(header)) return undefined;
    const size = octal(header.subarray(124, 136));
    const type = String.fromCharCode(header[156]);
    const start = at + BLOCK;
    if (!(start + size <= bytes.length)) throw new LayerError("its tar is cut off");
    if (type === "0" || type === "\0") return bytes.subarray(start, start + size);
    if (!"xgLK".includes(type)) throw new LayerError("its tar begins with no file");
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}

/** Whether the header has the sum of its bytes, in which the sum itself counts as blanks. */
function hasChecksum(header: Uint8Array): boolean {
  const sum = header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
  return octal(header.subarray(148, 156)) === sum;
}

function octal(field: Uint8Array): number {
  const [digits] = /[0-7]+/.exec(new TextDecoder().decode(field)) ?? [""];
  return digits === "" ? NaN : parseInt(digits, 8);
}
