/** Reads files of the program, by Node's calls: Deno's own open has no flags. */
import fs from "node:fs";
import process from "node:process";
import { FileError } from "../../host.ts";

/** Windows has neither flag. A link is refused, and a FIFO does not block. */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;

/**
 * Reads a file that only its owner, the user, can have written: the program does what it says.
 * Windows protects the directory by its own rules.
 *
 * @param largest the most bytes that it may have
 */
export function readOwn(path: string, largest: number): string {
  const fd = open(path);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw new FileError(path, "is no file");
    if (Deno.build.os !== "windows") {
      if (stat.uid !== process.geteuid?.()) throw new FileError(path, "belongs to another user");
      if ((stat.mode & 0o022) !== 0) throw new FileError(path, "others can write to it");
    }
    if (stat.size > largest) throw new FileError(path, "is too large");
    const buffer = new Uint8Array(largest + 1);
    let length = 0;
    for (let count = -1; count !== 0 && length < buffer.length; length += count) {
      count = fs.readSync(fd, buffer, length, buffer.length - length, null);
    }
    if (length > largest) throw new FileError(path, "is too large");
    return new TextDecoder().decode(buffer.subarray(0, length));
  } finally {
    fs.closeSync(fd);
  }
}

function open(path: string): number {
  try {
    return fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if ((error as { code?: string }).code !== "ELOOP") throw error;
    throw new FileError(path, "is a symbolic link", { cause: error });
  }
}
