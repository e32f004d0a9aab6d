/** Presents a worktree with a `.git` directory in place of its `.git` file, for --with-git. */
import type { DirectoryEntry, Files, FileStat, OpenFile, ReadStart } from "../../host.ts";
import { resolve } from "../paths.ts";
import { commonDirectory, gitPointer } from "./repository.ts";

/** Entries that all worktrees of a repository share, by gitrepository-layout(5). */
const COMMON = new Set(
  "branches common config hooks info logs lost-found objects packed-refs refs remotes rr-cache shallow svn"
    .split(" "),
);
/** Exceptions, which each worktree has itself. */
const OWN = /^(?:logs\/HEAD|info\/sparse-checkout|refs\/(?:bisect|rewritten|worktree)(?:\/.*)?)$/;
/** Entries that make a directory a worktree, and are hidden. */
const LINKS = new Set(["commondir", "gitdir", "locked", "worktrees"]);
/** Settings of a bare repository, or of one whose files are elsewhere, that its worktrees share. */
const ELSEWHERE = /^\s*(?:bare\s*=\s*true|worktree\s*=)/im;

/** Returns files in which the worktree `root` has a `.git` directory; else returns `files`. */
export async function worktreeFiles(files: Files, root: string): Promise<Files> {
  const stat = await files.stat(`${root}/.git`);
  const pointer = stat?.kind === "file" ? await gitPointer(files, root) : undefined;
  if (pointer === undefined) return files;
  const own = resolve(root, pointer);
  const common = await commonDirectory(files, own);
  if (common === undefined) return files; // it is a submodule
  const config = await files.readText(`${common}/config`) ?? "";
  return ELSEWHERE.test(config) ? files : new WorktreeFiles(files, { root, own, common });
}

interface Place {
  readonly root: string;
  /** The git directory of the worktree alone. */
  readonly own: string;
  /** The git directory that all worktrees share. */
  readonly common: string;
}

class WorktreeFiles implements Files {
  readonly #git: string;

  constructor(private readonly files: Files, private readonly place: Place) {
    this.#git = `${place.root}/.git`;
  }

  async list(directory: string): Promise<DirectoryEntry[]> {
    if (directory === this.#git) return await this.#listGit();
    const listed = await this.files.list(this.#real(directory));
    if (directory !== this.place.root) return listed;
    return listed.map((entry) => entry.name === ".git" ? { ...entry, kind: "directory" } : entry);
  }

  async #listGit(): Promise<DirectoryEntry[]> {
    const { own, common } = this.place;
    const [shared, ours] = await Promise.all([common, own].map((path) => this.files.list(path)));
    return [
      ...shared.filter(({ name }) => COMMON.has(name)),
      ...ours.filter(({ name }) => !COMMON.has(name) && !LINKS.has(name)),
    ];
  }

  lstat(path: string): Promise<FileStat> {
    return this.files.lstat(this.#real(path));
  }

  async lstatNames(
    directory: string,
    names: readonly string[],
  ): Promise<(FileStat | undefined)[]> {
    const isMixed = directory === this.place.root || directory === this.#git; // entries from two directories
    if (!isMixed) return await this.files.lstatNames(this.#real(directory), names);
    const stats = names.map(async (name) => {
      const path = this.#real(`${directory}/${name}`);
      const slash = path.lastIndexOf("/");
      return await this.files.lstatNames(path.slice(0, slash), [path.slice(slash + 1)]);
    });
    return (await Promise.all(stats)).flat();
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.files.stat(this.#real(path));
  }

  readLink(path: string): Promise<string> {
    return this.files.readLink(this.#real(path));
  }

  open(path: string): Promise<OpenFile> {
    return this.files.open(this.#real(path));
  }

  readStart(path: string, buffer: Uint8Array): Promise<ReadStart> {
    return this.files.readStart(this.#real(path), buffer);
  }

  readText(path: string): Promise<string | undefined> {
    return this.files.readText(this.#real(path));
  }

  writeText(path: string, text: string): Promise<void> {
    return this.files.writeText(this.#real(path), text);
  }

  createText(path: string, text: string): Promise<boolean> {
    return this.files.createText(this.#real(path), text);
  }

  realPath(path: string): Promise<string> {
    return this.files.realPath(this.#real(path));
  }

  /** Returns the real path of a path in the tree. */
  #real(path: string): string {
    const { own, common } = this.place;
    if (!path.startsWith(this.#git)) return path;
    if (path.length === this.#git.length) return common;
    if (path[this.#git.length] !== "/") return path; // .gitignore
    const inside = path.slice(this.#git.length + 1);
    const top = inside.split("/", 1)[0];
    const isCommon = COMMON.has(top) && !OWN.test(inside) || LINKS.has(top);
    return `${isCommon ? common : own}/${inside}`;
  }
}
