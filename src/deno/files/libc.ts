/**
 * System calls of Linux that Deno lacks, by the C library: for paths that are not UTF-8, since
 * paths are text to Deno, even as Buffers of its node:fs; and for the stats of whole directories,
 * which take Deno four times as long.
 */
import { pathBytes, pathText } from "../../path_bytes.ts";

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  openPooled: { name: "open", parameters: ["buffer", "i32"], result: "i32", nonblocking: true },
  close: { parameters: ["i32"], result: "i32" },
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "isize" },
  // By number: older C libraries (glibc 2.28 in RHEL 8) lack getdents64 and statx.
  getdents: { name: "syscall", parameters: ["i32", "i32", "buffer", "i32"], result: "i32" },
  getdentsPooled: {
    name: "syscall",
    parameters: ["i32", "i32", "buffer", "i32"],
    result: "i32",
    nonblocking: true,
  },
  statx: {
    name: "syscall",
    parameters: ["i32", "i32", "buffer", "i32", "u32", "buffer"],
    result: "i32",
  },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The numbers of the system calls, by architecture. */
const NUMBERS = {
  x86_64: { getdents64: 217, statx: 332 },
  aarch64: { getdents64: 61, statx: 291 },
};
/** See open(2) and statx(2). */
const O_DIRECTORY_CLOEXEC = 0o2000000 | (Deno.build.arch === "aarch64" ? 0o40000 : 0o200000);
const AT_SYMLINK_NOFOLLOW = 0x100, AT_NO_AUTOMOUNT = 0x800, STATX_BASIC_STATS = 0x7ff;
/** The names of errors that file_error.ts words, see errno(3). Node's list would load node:os. */
const ERRORS: ReadonlyMap<number, string> = new Map([
  [1, "EPERM"],
  [2, "ENOENT"],
  [5, "EIO"],
  [13, "EACCES"],
  [20, "ENOTDIR"],
  [21, "EISDIR"],
  [24, "EMFILE"],
  [36, "ENAMETOOLONG"],
  [40, "ELOOP"],
]);
/** The longest target of a link. */
const PATH_MAX = 4096;
/** Longer than any file name with its final NUL. */
const NAME_BYTES = 1024;

/** The number of an open file. */
export type Descriptor = { readonly fd: number } & Disposable;

/** Each method throws an Error with a `code`, as node:fs does. */
export class Libc {
  readonly #calls: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
  readonly #errno: Int32Array;
  readonly #numbers = NUMBERS[Deno.build.arch];
  readonly #name = new Uint8Array(NAME_BYTES);

  constructor() {
    this.#calls = Deno.dlopen("libc.so.6", SYMBOLS).symbols;
    const place = this.#calls.__errno_location();
    if (place === null) throw new Error("errno has no place");
    this.#errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(place, 4));
  }

  open(path: string, flags: number): Descriptor {
    return this.#opened(this.#calls.open(cString(path), flags));
  }

  openDirectory(path: string): Descriptor {
    return this.open(path, O_DIRECTORY_CLOEXEC);
  }

  /** Does the same through Deno's thread pool. */
  async openDirectoryPooled(path: string): Promise<Descriptor> {
    const fd = await this.#calls.openPooled(cString(path), O_DIRECTORY_CLOEXEC);
    // The other thread has the error: get it again.
    return fd < 0 ? this.openDirectory(path) : this.#opened(fd);
  }

  /**
   * Fills the buffer with entries in the format of getdents64(2). Returns the number of bytes, 0 at
   * the end.
   */
  getdents(fd: number, buffer: Uint8Array<ArrayBuffer>): number {
    const count = this.#calls.getdents(this.#numbers.getdents64, fd, buffer, buffer.length);
    if (count < 0) throw this.#error();
    return count;
  }

  /** Does the same through Deno's thread pool. */
  async getdentsPooled(fd: number, buffer: Uint8Array<ArrayBuffer>): Promise<number> {
    const { getdents64 } = this.#numbers;
    const count = await this.#calls.getdentsPooled(getdents64, fd, buffer, buffer.length);
    return count < 0 ? this.getdents(fd, buffer) : count;
  }

  /**
   * Writes the stat of a name in a directory to `target`, in the format of statx(2). Follows no
   * link.
   */
  statx(fd: number, name: string, target: Uint8Array<ArrayBuffer>): void {
    const flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
    const call = this.#numbers.statx;
    const bytes = this.#cName(name);
    if (this.#calls.statx(call, fd, bytes, flags, STATX_BASIC_STATS, target) < 0) {
      throw this.#error();
    }
  }

  readLink(path: string): string {
    const target = new Uint8Array(PATH_MAX);
    const length = Number(this.#calls.readlink(cString(path), target, BigInt(target.length)));
    if (length < 0) throw this.#error();
    return pathText(target.subarray(0, length));
  }

  /** Encodes a name into a reused buffer: a new one would take as long as the system call. */
  #cName(name: string): Uint8Array<ArrayBuffer> {
    const bytes = this.#name;
    if (name.length >= NAME_BYTES) return cString(name);
    for (let at = 0; at < name.length; at++) {
      const unit = name.charCodeAt(at);
      if (unit >= 0x80) return cString(name);
      bytes[at] = unit;
    }
    bytes[name.length] = 0;
    return bytes;
  }

  #opened(fd: number): Descriptor {
    if (fd < 0) throw this.#error();
    return { fd, [Symbol.dispose]: () => void this.#calls.close(fd) };
  }

  #error(): Error {
    const [number] = this.#errno;
    const code = ERRORS.get(number);
    return Object.assign(new Error(`error ${number} of the system`), { code });
  }
}

let opened: { readonly libc?: Libc } | undefined;

/**
 * Returns undefined without such a library (other systems, Alpine) or without permission to call
 * it.
 */
export function openLibc(): Libc | undefined {
  opened ??= { libc: tryOpen() };
  return opened.libc;
}

function tryOpen(): Libc | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    return new Libc();
  } catch {
    return undefined;
  }
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  const bytes = pathBytes(text);
  const terminated = new Uint8Array(bytes.length + 1);
  terminated.set(bytes);
  return terminated;
}
