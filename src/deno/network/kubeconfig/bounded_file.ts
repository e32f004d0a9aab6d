/** Reads a small file that another program may write meanwhile. */
import { closeSync, openSync, readSync } from "node:fs";

const LARGEST_BYTES = 16 << 20;

/** Throws an error of the system, with the path, or that the file is too large. */
export function readSmallFile(path: string): string {
  try {
    return readOpened(path, openSync(path, "r"));
  } catch (error) {
    throw Object.assign(error as Error, { path }); // a directory fails at the first read
  }
}

function readOpened(path: string, file: number): string {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let [text, bytes] = ["", 0];
  try {
    while (true) {
      const count = readSync(file, buffer);
      bytes += count;
      if (bytes > LARGEST_BYTES) throw new Error(`larger than 16 MiB: ${path}`);
      if (count === 0) return text + decoder.decode();
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
    }
  } finally {
    closeSync(file);
  }
}
