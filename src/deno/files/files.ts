/** The real file system, behind the types of host.ts. */
import fs from "node:fs";
import { promisify } from "node:util";
import type { Files, FileStat, OpenFile, ReadStart } from "../../host.ts";
import { withBytePaths } from "./byte_files.ts";
import { DirectoryReader } from "./directory_reader.ts";
import { fileError, isAbsent, named, naming, opened, opening } from "./file_error.ts";
import { nodeStat, toStat } from "./file_stat.ts";
import { readBoundedText } from "./bounded_text.ts";
import { Pace } from "./pace.ts";

/**
 * @param slowMs how long calls may block before the next ones go through the thread pool, see Pace
 */
export function openFiles(slowMs: number): Files {
  const pace = new Pace(slowMs);
  const directories = new DirectoryReader(pace, (path) => files.lstat(path));
  const files = withBytePaths({
    list: (directory) => directories.list(directory),
    lstatNames: (directory, names) => directories.lstatNames(directory, names),
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
        return await readBoundedText(path);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw fileError(path, error);
      }
    },
    realPath: (path) => naming(path, async () => withSlashes(await Deno.realPath(path))),
  });
  return files;
}

export const denoFiles: Files = openFiles(1);

/**
 * The file may have been replaced by a link or a FIFO since it was listed. Deno's own open has no
 * flags: it would follow the link, and block on the FIFO. Windows has neither flag.
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
    // The stat is cached by now, and takes less time than the thread pool.
    return { bytes, stat: toStat(named(path, () => Deno.lstatSync(path))) };
  } finally {
    fs.closeSync(fd);
  }
}

/** Turns `C:\src` of Windows into `C:/src`: all paths of the program use slashes. */
function withSlashes(path: string): string {
  return Deno.build.os === "windows" ? path.replaceAll("\\", "/") : path;
}
