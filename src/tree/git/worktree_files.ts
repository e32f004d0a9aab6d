/** What --with-git sends of a worktree, whose `.git` is a file with a path of this machine. */
import type { DirectoryEntry, Files, FileStat, OpenFile, ReadStart } from "../../host.ts";
import { resolve } from "../paths.ts";
import { commonDirectory, gitPointer } from "./repository.ts";

/** What all worktrees of a repository have in common, as gitrepository-layout(5) has it. */
const COMMON = new Set(
  "branches common config hooks info logs lost-found objects packed-refs refs remotes rr-cache shallow svn"
    .split(" "),
);
/** But for these. */
const OWN = /^(?:logs\/HEAD|info\/sparse-checkout|refs\/(?:bisect|rewritten|worktree)(?:\/.*)?)$/;
/** What makes it a worktree: not to be seen. */
const LINKS = new Set(["commondir", "gitdir", "locked", "worktrees"]);
/** A repository that has no files of its own, or has them elsewhere, says so to its worktrees as well. */
const ELSEWHERE = /^\s*(?:bare\s*=\s*true|worktree\s*=)/im;

/** Files where the `.git` of the worktree `root` is a directory as it would be in a clone; for any other root `files`. */
export async function worktreeFiles(files: Files, root: string): Promise<Files> {
  const stat = await files.stat(`${root}/.git`);
  const pointer = stat?.kind === "file" ? await gitPointer(files, root) : undefined;
  if (pointer === undefined) return files;
  const own = resolve(root, pointer);
  const common = await commonDirectory(files, own);
  if (common === undefined) return files; // a submodule's
  const config = await files.readText(`${common}/config`) ?? "";
  return ELSEWHERE.test(config) ? files : new WorktreeFiles(files, { root, own, common });
}

interface Place {
  readonly root: string;
  /** Of the worktree alone, and of all. */
  readonly own: string;
  readonly common: string;
}

class WorktreeFiles implements Files {
  readonly #git: string;

  constructor(private readonly files: Files, private readonly place: Place) {
    this.#git = `${place.root}/.git`;
  }

  async list(directory: string): Promise<DirectoryEntry[]> {
    if (directory === this.#git) return await this.#listGit();
    const listed = await this.files.list(this.#at(directory));
    if (directory !== this.place.root) return listed;
    return listed.map((entry) => entry.name === ".git" ? { ...entry, kind: "directory" } : entry);
  }

  async #listGit(): Promise<DirectoryEntry[]> {
    const { own, common } = this.place;
    const [theirs, ours] = await Promise.all([common, own].map((path) => this.files.list(path)));
    return [
      ...theirs.filter(({ name }) => COMMON.has(name)),
      ...ours.filter(({ name }) => !COMMON.has(name) && !LINKS.has(name)),
    ];
  }

  lstat(path: string): Promise<FileStat> {
    return this.files.lstat(this.#at(path));
  }

  async lstatNames(
    directory: string,
    names: readonly string[],
  ): Promise<(FileStat | undefined)[]> {
    const isMixed = directory === this.place.root || directory === this.#git; // of two places
    if (!isMixed) return await this.files.lstatNames(this.#at(directory), names);
    const stats = names.map(async (name) => {
      const path = this.#at(`${directory}/${name}`);
      const slash = path.lastIndexOf("/");
      return await this.files.lstatNames(path.slice(0, slash), [path.slice(slash + 1)]);
    });
    return (await Promise.all(stats)).flat();
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.files.stat(this.#at(path));
  }

  readLink(path: string): Promise<string> {
    return this.files.readLink(this.#at(path));
  }

  open(path: string): Promise<OpenFile> {
    return this.files.open(this.#at(path));
  }

  readStart(path: string, buffer: Uint8Array): Promise<ReadStart> {
    return this.files.readStart(this.#at(path), buffer);
  }

  readText(path: string): Promise<string | undefined> {
    return this.files.readText(this.#at(path));
  }

  writeText(path: string, text: string): Promise<void> {
    return this.files.writeText(this.#at(path), text);
  }

  createText(path: string, text: string): Promise<boolean> {
    return this.files.createText(this.#at(path), text);
  }

  realPath(path: string): Promise<string> {
    return this.files.realPath(this.#at(path));
  }

  /** Where it really is. */
  #at(path: string): string {
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
