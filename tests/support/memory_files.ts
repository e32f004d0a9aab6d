/** A file system in memory that can change or fail during a test. */
import type { DirectoryEntry, Files, FileStat, OpenFile, ReadStart } from "../../src/host.ts";
import { FileError } from "../../src/host.ts";
import { directory, file, type TreeNode } from "./tree_text.ts";

export class MemoryFiles implements Files {
  /** The number of open files. */
  openCount = 0;
  /** The most parallel reads so far. */
  mostReads = 0;
  /** Every path that was listed, opened or read, in order. */
  readonly touched: string[] = [];
  /** Called before a file is opened or read, so that a test can change or fail it. */
  onTouch: (path: string) => void | Promise<void> = () => {};

  readonly #nodes = new Map<string, TreeNode>([["/", directory("")]]);
  readonly #denied = new Set<string>();
  #reads = 0;

  /** @param root the absolute path of the tree */
  constructor(nodes: readonly TreeNode[] = [], root = "/tree") {
    this.put(root, directory(""));
    for (const node of nodes) this.put(`${root}/${node.path}`, node);
  }

  /** Puts a node at an absolute path and creates its parents. */
  put(path: string, node: TreeNode): void {
    const parent = parentOf(path);
    if (!this.#nodes.has(parent)) this.put(parent, directory(""));
    this.#nodes.set(path, node);
  }

  /** Replaces the content of the file at an absolute path. */
  write(path: string, content: string | Uint8Array): void {
    this.put(path, { ...file(path, content), mode: this.#nodes.get(path)?.mode ?? 0o644 });
  }

  remove(path: string): void {
    for (const known of [...this.#nodes.keys()]) {
      if (known === path || known.startsWith(`${path}/`)) this.#nodes.delete(known);
    }
  }

  /** Makes reads of the path fail with "permission denied"; stat still works. */
  deny(path: string): void {
    this.#denied.add(path);
  }

  /** Undoes `deny`. */
  allow(path: string): void {
    this.#denied.delete(path);
  }

  async list(path: string): Promise<DirectoryEntry[]> {
    await Promise.resolve();
    const at = this.#readable(path);
    if (this.#nodes.get(at)?.kind !== "directory") throw new FileError(path, "not a directory");
    const below = at === "/" ? "/" : `${at}/`;
    return [...this.#nodes].filter(([known]) =>
      known.startsWith(below) && known !== "/" && !known.slice(below.length).includes("/")
    ).map(([known, { kind }]) => ({ name: known.slice(below.length), kind }));
  }

  async lstat(path: string): Promise<FileStat> {
    await Promise.resolve();
    return toStat(this.#get(this.#resolve(parentOf(path), path) + "/" + nameOf(path), path));
  }

  async lstatNames(
    directory: string,
    names: readonly string[],
  ): Promise<(FileStat | undefined)[]> {
    const stats: (FileStat | undefined)[] = [];
    for (const name of names) {
      stats.push(await this.lstat(`${directory}/${name}`).catch(() => undefined));
    }
    return stats;
  }

  async stat(path: string): Promise<FileStat | undefined> {
    await Promise.resolve();
    const node = this.#nodes.get(this.#resolve(path, path));
    return node && toStat(node);
  }

  async readLink(path: string): Promise<string> {
    await Promise.resolve();
    return this.#get(path, path).linkTarget!;
  }

  async open(path: string): Promise<OpenFile> {
    await this.onTouch(path);
    const at = this.#openable(path);
    this.openCount++;
    let offset = 0;
    let isOpen = true;
    let reads = 0;
    return {
      stat: async () => (await Promise.resolve(), toStat(this.#get(at, path))),
      read: async (buffer) => {
        if (!isOpen) throw new Error(`${path} is closed`);
        reads++;
        try {
          const count = await this.#read(path, buffer, offset);
          offset += count;
          return count === 0 ? null : count;
        } finally {
          reads--;
        }
      },
      close: () => {
        if (!isOpen) throw new Error(`${path} is closed twice`);
        if (reads > 0) throw new Error(`${path} is closed under a read`);
        isOpen = false;
        this.openCount--;
      },
    };
  }

  async readStart(path: string, buffer: Uint8Array): Promise<ReadStart> {
    this.#reads++;
    this.mostReads = Math.max(this.mostReads, this.#reads);
    try {
      const bytes = await this.#read(path, buffer, 0);
      return { bytes, stat: toStat(this.#get(path, path)) };
    } finally {
      this.#reads--;
    }
  }

  async readText(path: string): Promise<string | undefined> {
    await Promise.resolve();
    const node = this.#nodes.get(this.#readable(path, true));
    return node === undefined ? this.written[path] : new TextDecoder().decode(node.content);
  }

  /** Texts written by the program, by path. */
  readonly written: Record<string, string> = {};

  async writeText(path: string, text: string): Promise<void> {
    await Promise.resolve();
    this.written[path] = text;
  }

  async createText(path: string, text: string): Promise<boolean> {
    await Promise.resolve();
    if (path in this.written || this.#nodes.has(path)) return false;
    this.written[path] = text;
    return true;
  }

  async realPath(path: string): Promise<string> {
    await Promise.resolve();
    const at = this.#resolve(path, path);
    this.#get(at, path);
    return at;
  }

  async #read(path: string, buffer: Uint8Array, offset: number): Promise<number> {
    await this.onTouch(path);
    const rest = this.#get(this.#openable(path), path).content.subarray(offset);
    const count = Math.min(rest.length, buffer.length);
    buffer.set(rest.subarray(0, count));
    return count;
  }

  /** Returns the real path. Throws if the last part is a link. */
  #openable(path: string): string {
    const at = `${this.#resolve(parentOf(path), path)}/${nameOf(path)}`.replace("//", "/");
    const isLink = this.#nodes.get(at)?.kind === "symlink";
    if (isLink) throw new FileError(path, "is a symbolic link");
    return this.#readable(path);
  }

  #readable(path: string, mayBeAbsent = false): string {
    this.touched.push(path);
    const at = this.#resolve(path, path);
    if (!mayBeAbsent) this.#get(at, path);
    if (this.#denied.has(at)) throw new FileError(path, "permission denied");
    return at;
  }

  #get(at: string, path: string): TreeNode {
    const node = this.#nodes.get(at.replace("//", "/"));
    if (node === undefined) throw new FileError(path, "no such file or directory");
    return node;
  }

  /** Returns the path with its links resolved, even if nothing exists there. */
  #resolve(path: string, asked: string, depth = 0): string {
    if (depth > 40) throw new FileError(asked, "too many levels of symbolic links");
    let at = "";
    for (const [i, part] of path.split("/").entries()) {
      if (part === "" || part === ".") continue;
      if (part === "..") {
        at = parentOf(at || "/").replace(/^\/$/, "");
        continue;
      }
      const target = this.#nodes.get(`${at}/${part}`)?.linkTarget;
      if (target === undefined) {
        at += `/${part}`;
        continue;
      }
      const rest = path.split("/").slice(i + 1).join("/");
      const linked = target.startsWith("/") ? target : `${at}/${target}`;
      return this.#resolve(`${linked}/${rest}`, asked, depth + 1);
    }
    return at || "/";
  }
}

function toStat({ kind, content, mode, mtimeSeconds, inode }: TreeNode): FileStat {
  const stat: FileStat = { kind, sizeBytes: content.length, mode, mtimeSeconds };
  return inode === undefined ? stat : { ...stat, inode };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
