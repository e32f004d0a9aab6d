/** Reads a stat in the format of statx(2). Pure. */
import type { FileKind, FileStat } from "../../host.ts";

export const STATX_BYTES = 256;

const NLINK_OFFSET = 16, MODE_OFFSET = 28, INO_OFFSET = 32, SIZE_OFFSET = 40;
const MTIME_OFFSET = 112, MTIME_NSEC_OFFSET = 120, DEV_MAJOR_OFFSET = 136, DEV_MINOR_OFFSET = 140;

/** The kinds by the type bits of a mode, see inode(7). */
const KINDS: Record<number, FileKind> = {
  0o100000: "file",
  0o040000: "directory",
  0o120000: "symlink",
};

/** Returns exactly what toStat makes of a stat by Deno: the program compares the two. */
export function readStatx(view: DataView): FileStat {
  const bits = view.getUint16(MODE_OFFSET, true);
  const stat: FileStat = {
    kind: KINDS[bits & 0o170000] ?? "other",
    sizeBytes: wide(view, SIZE_OFFSET),
    mode: bits & 0o7777,
    mtimeSeconds: mtimeSeconds(view),
  };
  const hasOtherNames = stat.kind === "file" && view.getUint32(NLINK_OFFSET, true) > 1;
  return hasOtherNames ? { ...stat, inode: inode(view) } : stat;
}

/** Returns seconds in whole milliseconds, rounded towards 1970, as Deno does. */
function mtimeSeconds(view: DataView): number {
  const low = view.getUint32(MTIME_OFFSET, true);
  const seconds = view.getInt32(MTIME_OFFSET + 4, true) * 2 ** 32 + low;
  const ms = view.getUint32(MTIME_NSEC_OFFSET, true) / 1e6;
  return (seconds * 1000 + (seconds < 0 ? Math.ceil(ms) : Math.floor(ms))) / 1000;
}

/** Combines the number of the device as makedev(3) does. */
function inode(view: DataView): string {
  const major = BigInt(view.getUint32(DEV_MAJOR_OFFSET, true));
  const minor = BigInt(view.getUint32(DEV_MINOR_OFFSET, true));
  const device = (major & ~0xfffn) << 32n | (major & 0xfffn) << 8n |
    (minor & ~0xffn) << 12n | minor & 0xffn;
  return `${Number(device)}:${wide(view, INO_OFFSET)}`;
}

/** Reads 64 bits as a number, which may lose the lowest. */
function wide(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
}
