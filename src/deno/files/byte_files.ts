/**
 * Files whose paths are not UTF-8, which exist only on Linux (see path_bytes.ts). The C library
 * opens them; Deno then reaches them as /proc/self/fd/7. All calls are synchronous, since such
 * files are rare.
 */
import type { Files, FileStat, OpenFile } from "../../host.ts";
import { FileError } from "../../host.ts";
import { readBoundedTextSync } from "./bounded_text.ts";
import { named } from "./file_error.ts";
import { toStat } from "./file_stat.ts";
import { type Libc, openLibc } from "./libc.ts";

/** Opens any file for its stat alone, without the right to read it. */
const O_PATH = 0o10000000;
const O_NOFOLLOW = Deno.build.arch === "aarch64" ? 0o100000 : 0o400000;

type Reads = Pick<
  Files,
  "lstat" | "stat" | "readLink" | "open" | "readStart" | "readText" | "realPath"
>;

/**
 * Returns the files with support for such paths. Without the C library Deno replaces the bytes in
 * such names, and then finds no file by them.
 */
export function withBytePaths(files: Files): Files {
  const reads = (path: string): Reads => path.isWellFormed() ? files : byteFiles() ?? files;
  /** A path in UTF-8 may lead to one that is not. */
  async function unlessLossy(path: string, call: (reads: Reads) => Promise<string>) {
    try {
      return await call(reads(path));
    } catch (error) {
      const isLossy = (error as Error).cause instanceof Deno.errors.InvalidData;
      const inBytes = isLossy ? byteFiles() : undefined;
      if (inBytes === undefined) throw error;
      return await call(inBytes);
    }
  }
  return {
    ...files,
    lstat: (path) => reads(path).lstat(path),
    stat: (path) => reads(path).stat(path),
    readLink: (path) => unlessLossy(path, (reads) => reads.readLink(path)),
    realPath: (path) => unlessLossy(path, (reads) => reads.realPath(path)),
    open: (path) => reads(path).open(path),
    readStart: (path, buffer) => reads(path).readStart(path, buffer),
    readText: (path) => reads(path).readText(path),
  };
}

/** Returns a name in UTF-8 for the directory, valid until disposed. Throws FileError. */
export function sayableDirectory(path: string): { readonly name: string } & Disposable {
  const libc = path.isWellFormed() ? undefined : openLibc();
  if (libc === undefined) return { name: path, [Symbol.dispose]: () => {} };
  const opened = named(path, () => libc.openDirectory(path));
  return { name: `/proc/self/fd/${opened.fd}`, [Symbol.dispose]: () => opened[Symbol.dispose]() };
}

let cached: { files?: Reads } | undefined;

function byteFiles(): Reads | undefined {
  const libc = openLibc();
  cached ??= { files: libc && openByteFiles(libc) };
  return cached.files;
}

function openByteFiles(libc: Libc): Reads {
  function at<T>(path: string, call: (name: string) => T, flags = O_NOFOLLOW): T {
    return named(path, () => {
      using opened = libc.open(path, O_PATH | flags);
      return call(`/proc/self/fd/${opened.fd}`);
    });
  }
  const stat = (name: string): FileStat => toStat(Deno.statSync(name));
  /** The name stands for the open file, so its kind can't change between the two calls. */
  function open(path: string, name: string): Deno.FsFile {
    const { kind } = stat(name);
    if (kind === "symlink") throw new FileError(path, "is a symbolic link");
    if (kind === "other") throw new FileError(path, "is no file");
    return Deno.openSync(name);
  }

  return {
    lstat: (path) => soon(() => at(path, stat)),
    stat: (path) => soon(() => unlessAbsent(() => at(path, stat, 0))),
    readLink: (path) => soon(() => named(path, () => libc.readLink(path))),
    realPath: (path) => soon(() => at(path, (name) => libc.readLink(name), 0)),
    open: (path) => soon(() => toOpenFile(path, at(path, (name) => open(path, name)))),
    readStart: (path, buffer) =>
      soon(() =>
        at(path, (name) => {
          using file = open(path, name);
          const bytes = file.readSync(buffer) ?? 0;
          return { bytes, stat: at(path, stat) };
        })
      ),
    readText: (path) =>
      soon(() => unlessAbsent(() => at(path, (name) => readBoundedTextSync(name), 0))),
  };
}

function toOpenFile(path: string, file: Deno.FsFile): OpenFile {
  return {
    stat: () => soon(() => named(path, () => toStat(file.statSync()))),
    read: (buffer) => soon(() => named(path, () => file.readSync(buffer))),
    close: () => file.close(),
  };
}

/** Runs the call at once, and turns its exception into a rejection. */
function soon<T>(call: () => T): Promise<T> {
  return new Promise((resolve) => resolve(call()));
}

function unlessAbsent<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    const { code = "" } = (error as { cause?: { code?: string } }).cause ?? {};
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
