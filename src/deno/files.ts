/** The real file system, behind the types of host.ts. */
import fs from "node:fs";
import { promisify } from "node:util";
import type { DirectoryEntry, Files, FileStat, OpenFile, ReadStart } from "../host.ts";
import { withBytePaths } from "./byte_files.ts";
import { fileError, isAbsent, named, naming, opened, opening } from "./file_error.ts";
import { kindOf, nodeStat, toStat } from "./file_stat.ts";

/**
 * Answers a call at once as long as storage is quick, and through Deno's thread pool, so that many go
 * on at the same time, once it is slow.
 *
 * On a warm cache an lstat takes 3 µs and a trip to the thread pool and back three times that: sending
 * 8,351 files takes half the time this way. On a cold disk or a network each call waits for
 * milliseconds, and then only concurrency helps. Now and then a call takes the trip anyway, for nothing
 * else goes on, Ctrl-C included, while calls are answered at once.
 */
class Pace {
  static readonly #pooledCalls = 64;
  static readonly #atOnceMs = 20;
  #pooledLeft = 0;
  #lastPooledMs = 0;

  constructor(private readonly slowMs: number) {}

  call<T>(atOnce: () => T, pooled: () => Promise<T>): Promise<T> {
    const start = performance.now();
    if (this.#pooledLeft > 0 || start - this.#lastPooledMs > Pace.#atOnceMs) {
      this.#pooledLeft = Math.max(this.#pooledLeft - 1, 0);
      this.#lastPooledMs = start;
      return pooled();
    }
    try {
      return Promise.resolve(atOnce());
    } catch (error) {
      return Promise.reject(error);
    } finally {
      if (performance.now() - start > this.slowMs) this.#pooledLeft = Pace.#pooledCalls;
    }
  }
}

/** @param slowMs how long a call may hold up the program before the next 64 go through the thread pool */
export function openFiles(slowMs: number): Files {
  const pace = new Pace(slowMs);
  return withBytePaths({
    list(directory) {
      return pace.call(
        () => Array.from(named(directory, () => Deno.readDirSync(directory)), toEntry),
        () => naming(directory, () => Array.fromAsync(Deno.readDir(directory), toEntry)),
      );
    },
    lstat(path) {
      return pace.call(
        () => toStat(named(path, () => Deno.lstatSync(path))),
        () => naming(path, async () => toStat(await Deno.lstat(path))),
      );
    },
    async stat(path) {
      try {
        return toStat(await Deno.stat(path));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw fileError(path, error);
      }
    },
    readLink: (path) => naming(path, () => Deno.readLink(path)),
    open(path) {
      return pace.call(
        () => new Descriptor(pace, path, opened(path, () => fs.openSync(path, OPEN_FLAGS))),
        async () => new Descriptor(pace, path, await opening(path, openFd(path, OPEN_FLAGS))),
      );
    },
    readStart(path, buffer) {
      return pace.call(
        () => readStartSync(path, buffer),
        () => readStart(path, buffer),
      );
    },
    writeText: (path, text) => naming(path, () => Deno.writeTextFile(path, text)),
    async createText(path, text) {
      try {
        await Deno.writeTextFile(path, text, { createNew: true });
        return true;
      } catch (error) {
        if (error instanceof Deno.errors.AlreadyExists) return false;
        throw fileError(path, error);
      }
    },
    async readText(path) {
      try {
        return await Deno.readTextFile(path);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw fileError(path, error);
      }
    },
    realPath: (path) => naming(path, async () => withSlashes(await Deno.realPath(path))),
  });
}

export const denoFiles: Files = openFiles(1);

/**
 * Deno's own open has no flags: it would follow a link, and wait at a FIFO, that took a file's place since the
 * file was listed. Windows has neither flag.
 */
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
const OPEN_FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
const openFd = promisify<string, number, number>(fs.open);
const statFd = promisify<number, fs.Stats>(fs.fstat);

function readFd(fd: number, buffer: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, 0, buffer.length, null, (error, count) => {
      if (error) reject(error);
      else resolve(count ?? 0);
    });
  });
}

class Descriptor implements OpenFile {
  constructor(
    private readonly pace: Pace,
    private readonly path: string,
    private readonly fd: number,
  ) {}

  stat(): Promise<FileStat> {
    return this.pace.call(
      () => nodeStat(named(this.path, () => fs.fstatSync(this.fd))),
      () => naming(this.path, async () => nodeStat(await statFd(this.fd))),
    );
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const count = await this.pace.call(
      () => named(this.path, () => fs.readSync(this.fd, buffer)),
      () => naming(this.path, () => readFd(this.fd, buffer)),
    );
    return count === 0 ? null : count;
  }

  close(): void {
    fs.closeSync(this.fd);
  }
}

function readStartSync(path: string, buffer: Uint8Array): ReadStart {
  const fd = opened(path, () => fs.openSync(path, OPEN_FLAGS));
  try {
    const bytes = named(path, () => fs.readSync(fd, buffer));
    return { bytes, stat: toStat(named(path, () => Deno.lstatSync(path))) };
  } finally {
    fs.closeSync(fd);
  }
}

async function readStart(path: string, buffer: Uint8Array): Promise<ReadStart> {
  const fd = await opening(path, openFd(path, OPEN_FLAGS));
  try {
    const bytes = await naming(path, () => readFd(fd, buffer));
    // The system has just looked it up: no trip to the pool is needed, and a trip costs more than the call.
    return { bytes, stat: toStat(named(path, () => Deno.lstatSync(path))) };
  } finally {
    fs.closeSync(fd);
  }
}

function toEntry(entry: Deno.DirEntry): DirectoryEntry {
  return { name: entry.name, kind: kindOf(entry) };
}

/** Windows' `C:\src` is `C:/src` here: every path of the program is '/'-separated. */
function withSlashes(path: string): string {
  return Deno.build.os === "windows" ? path.replaceAll("\\", "/") : path;
}
