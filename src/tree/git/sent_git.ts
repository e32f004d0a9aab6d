/** Whether a `.git` is of use where it is sent to, for --with-git. */
import type { DirectoryEntry, Files } from "../../host.ts";
import { isAbsolute, leavesTree } from "../paths.ts";
import { gitPointer } from "./repository.ts";

/**
 * Why `entry`, the `.git` of `directory` below `root` ("" for the root itself), is of no use there;
 * undefined where it is. Throws FileError.
 *
 * A worktree's is a file with a path of this machine. A submodule's is one too, but relative, and good
 * where the directory that it names is sent as well: "gitdir: ../.git/modules/library".
 */
export async function whyUseless(
  files: Files,
  root: string,
  { directory, entry }: { directory: string; entry: DirectoryEntry },
): Promise<string | undefined> {
  const place = directory === "" ? root : `${root}/${directory}`;
  if (entry.kind === "directory") {
    const borrowed = await files.readText(`${place}/.git/objects/info/alternates`);
    return borrowed?.trim() ? `it borrows objects of ${borrowed.trim().split("\n")[0]}` : undefined;
  }
  if (entry.kind !== "file") return "it is no directory";
  const target = await gitPointer(files, place);
  if (target === undefined) return "it is no directory";
  const isThere = !isAbsolute(target) && !leavesTree(directory, target);
  return isThere ? undefined : `it only points to ${target}`;
}
