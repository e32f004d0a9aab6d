/** Converts file stats of Deno and Node. */
import type fs from "node:fs";
import type { FileKind, FileStat } from "../../host.ts";

export function toStat(info: Deno.FileInfo): FileStat {
  const stat: FileStat = {
    kind: kindOf(info),
    sizeBytes: info.size,
    // Windows has no permission bits: use those of a checkout by git.
    mode: info.mode === null ? (info.isDirectory ? 0o755 : 0o644) : info.mode & 0o7777,
    mtimeSeconds: (info.mtime?.getTime() ?? 0) / 1000,
  };
  return info.isFile && (info.nlink ?? 1) > 1
    ? { ...stat, inode: `${info.dev}:${info.ino}` }
    : stat;
}

export function nodeStat(stats: fs.Stats): FileStat {
  const [isFile, isDirectory] = [stats.isFile(), stats.isDirectory()];
  return toStat({
    isFile,
    isDirectory,
    isSymlink: false,
    size: stats.size,
    mode: Deno.build.os === "windows" ? null : stats.mode,
    mtime: stats.mtime,
    nlink: stats.nlink,
    dev: stats.dev,
    ino: stats.ino,
  } as Deno.FileInfo);
}

export function kindOf(
  entry: { isFile: boolean; isDirectory: boolean; isSymlink: boolean },
): FileKind {
  if (entry.isSymlink) return "symlink";
  if (entry.isFile) return "file";
  return entry.isDirectory ? "directory" : "other";
}
