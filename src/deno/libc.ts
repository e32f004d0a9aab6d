/** The C library's calls for paths that are not UTF-8: Deno's paths are text, the Buffers of its node:fs too. */
import os from "node:os";
import { pathBytes, pathText } from "../path_bytes.ts";

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "isize" },
  opendir: { parameters: ["buffer"], result: "pointer" },
  readdir: { parameters: ["pointer"], result: "pointer" },
  closedir: { parameters: ["pointer"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Where an entry of a directory (dirent64) has its length and its name, on every Linux of 64 bits. */
const LENGTH_OFFSET = 16, NAME_OFFSET = 19;
/** The longest target of a link. */
const PATH_MAX = 4096;

/** Each throws an Error with a `code`, as node:fs does. */
export class Libc {
  readonly #calls: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
  readonly #errno: Int32Array;

  constructor() {
    this.#calls = Deno.dlopen("libc.so.6", SYMBOLS).symbols;
    const place = this.#calls.__errno_location();
    if (place === null) throw new Error("errno has no place");
    this.#errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(place, 4));
  }

  /** The number of the open file, to be disposed of. */
  open(path: string, flags: number): { readonly fd: number } & Disposable {
    const fd = this.#calls.open(cString(path), flags);
    if (fd < 0) throw this.#error();
    return { fd, [Symbol.dispose]: () => void this.#calls.close(fd) };
  }

  readLink(path: string): string {
    const target = new Uint8Array(PATH_MAX);
    const length = Number(this.#calls.readlink(cString(path), target, BigInt(target.length)));
    if (length < 0) throw this.#error();
    return pathText(target.subarray(0, length));
  }

  /** The names in a directory, but for "." and "..". */
  names(path: string): string[] {
    const stream = this.#calls.opendir(cString(path));
    if (stream === null) throw this.#error();
    try {
      const names: string[] = [];
      for (let entry; (entry = this.#next(stream)) !== null;) names.push(nameOf(entry));
      return names.filter((name) => name !== "." && name !== "..");
    } finally {
      this.#calls.closedir(stream);
    }
  }

  /** Null is the end, and an error where there is a number for it. */
  #next(stream: Deno.PointerObject): Deno.PointerValue {
    this.#errno[0] = 0;
    const entry = this.#calls.readdir(stream);
    if (entry === null && this.#errno[0] !== 0) throw this.#error();
    return entry;
  }

  #error(): Error {
    const [number] = this.#errno;
    const code = Object.entries(os.constants.errno).find(([, one]) => one === number)?.[0];
    return Object.assign(new Error(`error ${number} of the system`), { code });
  }
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  const bytes = pathBytes(text);
  const terminated = new Uint8Array(bytes.length + 1);
  terminated.set(bytes);
  return terminated;
}

function nameOf(entry: Deno.PointerObject): string {
  const length = new Deno.UnsafePointerView(entry).getUint16(LENGTH_OFFSET) - NAME_OFFSET;
  const bytes = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(entry, length, NAME_OFFSET));
  return pathText(bytes.subarray(0, bytes.indexOf(0)));
}
