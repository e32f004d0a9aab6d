/** Where a checkout keeps what git knows of it. */
import type { Files } from "../host.ts";

/** Whether `directory` is a repository's root: a checkout, a worktree or a submodule. Throws FileError. */
export async function isRepository(files: Files, directory: string): Promise<boolean> {
  return await gitDirectory(files, directory) !== undefined;
}

/** The text of the repository's info/exclude, "" where it has none. Throws FileError. */
export async function excludeText(files: Files, directory: string): Promise<string> {
  const git = await gitDirectory(files, directory);
  if (git === undefined) return "";
  // A worktree's git directory only points to the one that it shares: "../..".
  const common = await files.readText(`${git}/commondir`);
  const shared = common === undefined ? git : resolve(git, common.trim());
  return await files.readText(`${shared}/info/exclude`) ?? "";
}

/** `.git`, or what it points to where it is a file: "gitdir: ../.git/modules/library". */
async function gitDirectory(files: Files, directory: string): Promise<string | undefined> {
  let git = `${directory === "/" ? "" : directory}/.git`;
  const stat = await files.stat(git);
  if (stat?.kind === "file") {
    const target = /^gitdir: (.+)/.exec(await files.readText(git) ?? "")?.[1];
    if (target === undefined) return undefined;
    git = resolve(directory, target.trimEnd());
  } else if (stat?.kind !== "directory") return undefined;
  // An empty directory named .git is not a repository to git either.
  return await files.stat(`${git}/HEAD`) === undefined ? undefined : git;
}

function resolve(base: string, path: string): string {
  return /^(\/|[A-Za-z]:[\\/])/.test(path) ? path : `${base}/${path}`;
}
