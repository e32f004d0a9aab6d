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
  let decoder: TextDecoder | undefined;
  const buffer = new Uint8Array(64 * 1024);
  let [text, bytes] = ["", 0];
  try {
    while (true) {
      const count = readSync(file, buffer);
      bytes += count;
      if (bytes > LARGEST_BYTES) throw new Error(`larger than 16 MiB: ${path}`);
      decoder ??= new TextDecoder(encodingOf(buffer));
      if (count === 0) return text + decoder.decode();
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
    }
  } finally {
    closeSync(file);
  }
}

/** PowerShell redirects to UTF-16 with a byte order mark. kubectl reads such a kubeconfig, too. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}
