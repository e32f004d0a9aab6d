/**
 * Open files by Node's calls, since Deno's own have no flags. Loaded with the first file that is
 * opened: node:fs takes as long as the whole start.
 */
import fs from "node:fs";
import { promisify } from "node:util";
import type { FileStat, OpenFile, ReadStart } from "../../host.ts";
import { named, naming, opened, opening } from "./file_error.ts";
import { nodeStat, toStat } from "./file_stat.ts";
import type { Pace } from "./pace.ts";

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

export function openFile(pace: Pace, path: string): Promise<OpenFile> {
  return pace.call(
    () => new Descriptor(pace, path, opened(path, () => fs.openSync(path, OPEN_FLAGS))),
    async () => new Descriptor(pace, path, await opening(path, openFd(path, OPEN_FLAGS))),
  );
}

/** Does what Files.readStart says. */
export function readFileStart(pace: Pace, path: string, buffer: Uint8Array): Promise<ReadStart> {
  return pace.call(
    () => readStartSync(path, buffer),
    () => readStart(path, buffer),
  );
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
