/**
 * Maps container paths to host paths and back, as text. Steps are processes of this machine without
 * a mount namespace, so `/workspace/source` in a script becomes `/tmp/tkn-dev-sandbox-x/claims/…`,
 * and the output of a process is mapped back.
 */
import { Buffer } from "node:buffer";

export interface Mount {
  readonly container: string;
  readonly host: string;
}

/**
 * Characters that make a path part of a longer one: `x/workspace` and `$A/workspace` do not match.
 */
const BEFORE = String.raw`(?<![\w.~/)}*?-])`;
/** `/workspace2` and `/workspace.old` are other paths; `/workspace.` ends a sentence. */
const AFTER = String.raw`(?![\w-]|\.\w)`;

export class PathMap {
  readonly #toHost: Map<string, string>;
  readonly #toContainer: Map<string, string>;
  readonly #forward: RegExp;
  readonly #backward: RegExp;
  readonly #prefixes: readonly string[];

  /**
   * `root` represents "/", the default working directory. Host paths below `sandbox` are left as
   * they are, so that mapping twice is the same as mapping once.
   */
  constructor(mounts: readonly Mount[], readonly root: string, sandbox: string) {
    this.#toHost = new Map(mounts.map(({ container, host }) => [container, host]));
    this.#toHost.set(sandbox, sandbox);
    // The longest first, so that a mount inside another mount wins.
    const forward = [...this.#toHost.keys()].sort(longestFirst).map(RegExp.escape);
    this.#forward = new RegExp(`${BEFORE}(?:${forward.join("|")})${AFTER}`, "g");
    this.#toContainer = new Map(mounts.map(({ container, host }) => [bytesOf(host), container]));
    this.#toContainer.set(bytesOf(`${root}/`), "/").set(bytesOf(root), "/");
    this.#prefixes = [...this.#toContainer.keys()].sort(longestFirst);
    this.#backward = new RegExp(this.#prefixes.map(RegExp.escape).join("|"), "g");
  }

  /** Maps every container path in a text. */
  toHost(text: string): string {
    return text.replace(this.#forward, (path) => this.#toHost.get(path)!);
  }

  /** Maps a working directory. A relative one is below the root. */
  directory(path: string | undefined): string {
    if (path === undefined || path === "" || path === "/") return this.root;
    const host = this.toHost(path);
    return path.startsWith("/") ? host : `${this.root}/${path}`;
  }

  toContainer(text: string): string {
    return textOf(this.#back(bytesOf(text)));
  }

  /**
   * Maps the container paths in a stream. A chunk may end within a path, so such an end is held
   * back, but for at most `heldMs`: it may be a "/" that a user typed and waits to see.
   */
  backward(heldMs?: number): TransformStream<Uint8Array, Uint8Array> {
    let held = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    return new TransformStream({
      transform: (chunk, controller) => {
        clearTimeout(timer);
        const text = held + Buffer.from(chunk).toString("latin1");
        const keep = this.#unfinished(text);
        held = text.slice(text.length - keep);
        const ready = this.#back(text.slice(0, text.length - keep));
        if (ready !== "") controller.enqueue(Buffer.from(ready, "latin1"));
        if (held === "" || heldMs === undefined) return;
        timer = setTimeout(() => {
          controller.enqueue(Buffer.from(held, "latin1"));
          held = "";
        }, heldMs);
      },
      flush: (controller) => {
        clearTimeout(timer);
        if (held !== "") controller.enqueue(Buffer.from(this.#back(held), "latin1"));
      },
    });
  }

  #back(bytes: string): string {
    return bytes.replace(this.#backward, (path) => bytesOf(this.#toContainer.get(path)!));
  }

  /** Returns the length of the text's end that may be the beginning of a host path. */
  #unfinished(text: string): number {
    const longest = Math.min(text.length, this.#prefixes[0].length - 1);
    const end = text.slice(text.length - longest);
    for (let at = end.indexOf("/"); at !== -1; at = end.indexOf("/", at + 1)) {
      const start = end.slice(at);
      if (this.#prefixes.some((path) => path.length > start.length && path.startsWith(start))) {
        return start.length;
      }
    }
    return 0;
  }
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length;
}

/** Returns one character per byte, so that binary output passes through a string unchanged. */
function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function textOf(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
