/** Reads directory entries in the format of getdents64(2). Pure. */
import type { FileKind } from "../../host.ts";
import { pathText } from "../../path_bytes.ts";

/**
 * The offsets in an entry (linux_dirent64) of its length in two bytes, its type and its name:
 *
 *     offset 0   inode, offset
 *     offset 16  length    20 00
 *     offset 18  type      08, a regular file
 *     offset 19  name      "run.sh" NUL...
 */
const LENGTH_OFFSET = 16, TYPE_OFFSET = 18, NAME_OFFSET = 19;

/** The kinds by DT_DIR, DT_REG and DT_LNK. */
const KINDS: Record<number, FileKind> = { 4: "directory", 8: "file", 10: "symlink" };
const UNKNOWN = 0;

/** Returns the entries except "." and "..". The kind is undefined if the file system omits it. */
export function readDirents(bytes: Uint8Array): { name: string; kind?: FileKind }[] {
  const entries: { name: string; kind?: FileKind }[] = [];
  for (let at = 0; at < bytes.length;) {
    const name = nameAt(bytes, at + NAME_OFFSET);
    const type = bytes[at + TYPE_OFFSET];
    const kind = type === UNKNOWN ? undefined : KINDS[type] ?? "other";
    if (name !== "." && name !== "..") entries.push({ name, kind });
    at += bytes[at + LENGTH_OFFSET] | bytes[at + LENGTH_OFFSET + 1] << 8;
  }
  return entries;
}

/** Reads ASCII names by hand: a call of the decoder takes longer than all the rest. */
function nameAt(bytes: Uint8Array, start: number): string {
  let end = start, bits = 0;
  while (bytes[end] !== 0) bits |= bytes[end++];
  const name = bytes.subarray(start, end);
  if (bits >= 0x80) return pathText(name);
  return String.fromCharCode.apply(null, name as unknown as number[]);
}
