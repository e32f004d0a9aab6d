/** Decides for --with-git whether a `.git` works when it is sent. */
import type { DirectoryEntry, Files } from "../../host.ts";
import { isAbsolute, join, leavesTree } from "../paths.ts";
import { gitPointer } from "./repository.ts";

/**
 * Returns why `entry`, the `.git` of `directory` ("" for `root` itself), would not work in the
 * step; undefined if it would. Throws FileError.
 *
 * The `.git` of a worktree is a file with an absolute local path. That of a submodule has a
 * relative path, "gitdir: ../.git/modules/library", and works if the directory that it names is
 * sent too.
 */
export async function whyNotSent(
  files: Files,
  root: string,
  { directory, entry }: { directory: string; entry: DirectoryEntry },
): Promise<string | undefined> {
  const place = join(root, directory);
  if (entry.kind === "directory") {
    const borrowed = await files.readText(`${place}/.git/objects/info/alternates`);
    return borrowed?.trim()
      ? `it borrows objects from ${borrowed.trim().split("\n")[0]}`
      : undefined;
  }
  if (entry.kind !== "file") return "it is not a directory";
  const target = await gitPointer(files, place);
  if (target === undefined) return "it is not a directory";
  const isSent = !isAbsolute(target) && !leavesTree(directory, target);
  return isSent ? undefined : `it only points to ${target}`;
}
