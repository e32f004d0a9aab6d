/** Where a checkout keeps what git knows of it. */
import type { Files } from "../../host.ts";
import { resolve } from "../paths.ts";

/** Whether `directory` is a repository's root: a checkout, a worktree or a submodule. Throws FileError. */
export async function isRepository(files: Files, directory: string): Promise<boolean> {
  return await gitDirectory(files, directory) !== undefined;
}

/** The repository's info/exclude: its path and text, "" where it has none. Throws FileError. */
export async function readExclude(
  files: Files,
  directory: string,
): Promise<{ path: string; text: string }> {
  const git = await gitDirectory(files, directory);
  if (git === undefined) return { path: "", text: "" };
  const path = `${await commonDirectory(files, git) ?? git}/info/exclude`;
  return { path, text: await files.readText(path) ?? "" };
}

/** What a worktree's git directory shares with others, for it says where that is: "../.."; undefined for any other one. */
export async function commonDirectory(files: Files, git: string): Promise<string | undefined> {
  const common = await files.readText(`${git}/commondir`);
  return common === undefined ? undefined : resolve(git, common.trim());
}

/** `.git`, or what it points to where it is a file: "gitdir: ../.git/modules/library". */
async function gitDirectory(files: Files, directory: string): Promise<string | undefined> {
  let git = `${directory === "/" ? "" : directory}/.git`;
  const stat = await files.stat(git);
  if (stat?.kind === "file") {
    const target = await gitPointer(files, directory);
    if (target === undefined) return undefined;
    git = resolve(directory, target);
  } else if (stat?.kind !== "directory") return undefined;
  // An empty directory named .git is not a repository to git either.
  return await files.stat(`${git}/HEAD`) === undefined ? undefined : git;
}

/** What a `.git` that is a file says, in a worktree or a submodule; undefined for any other text. */
export async function gitPointer(files: Files, directory: string): Promise<string | undefined> {
  const text = await files.readText(`${directory === "/" ? "" : directory}/.git`);
  return /^gitdir: (.+)/.exec(text ?? "")?.[1].trimEnd();
}
