/** Finds the git directory of a checkout, a worktree or a submodule, without running git. */
import type { Files } from "../../host.ts";
import { resolve } from "../paths.ts";

/** Returns whether `directory` is the root of a checkout or worktree. Throws FileError. */
export async function isRepository(files: Files, directory: string): Promise<boolean> {
  return await gitDirectory(files, directory) !== undefined;
}

/** Returns the path and text of info/exclude; both "" if it does not exist. Throws FileError. */
export async function readExclude(
  files: Files,
  directory: string,
): Promise<{ path: string; text: string }> {
  const git = await gitDirectory(files, directory);
  if (git === undefined) return { path: "", text: "" };
  const path = `${await commonDirectory(files, git) ?? git}/info/exclude`;
  return { path, text: await files.readText(path) ?? "" };
}

/** Returns the shared git directory of a worktree, from its commondir ("../.."); else undefined. */
export async function commonDirectory(files: Files, git: string): Promise<string | undefined> {
  const common = await files.readText(`${git}/commondir`);
  return common === undefined ? undefined : resolve(git, common.trim());
}

/** Returns `.git`, or the directory that a file `.git` names: "gitdir: ../.git/modules/library". */
async function gitDirectory(files: Files, directory: string): Promise<string | undefined> {
  let git = `${directory === "/" ? "" : directory}/.git`;
  const stat = await files.stat(git);
  if (stat?.kind === "file") {
    const target = await gitPointer(files, directory);
    if (target === undefined) return undefined;
    git = resolve(directory, target);
  } else if (stat?.kind !== "directory") return undefined;
  // Like git, do not take an empty directory named .git for a repository.
  return await files.stat(`${git}/HEAD`) === undefined ? undefined : git;
}

/** Returns the target of a `.git` that is a file, in a worktree or a submodule; else undefined. */
export async function gitPointer(files: Files, directory: string): Promise<string | undefined> {
  const text = await files.readText(`${directory === "/" ? "" : directory}/.git`);
  return /^gitdir: (.+)/.exec(text ?? "")?.[1].trimEnd();
}
