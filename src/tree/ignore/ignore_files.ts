/** Finds and reads the files that hold ignore rules. Each function throws FileError. */
import { FileError, type Files } from "../../host.ts";
import { isRepository } from "../git/repository.ts";

/**
 * Returns the directories from the repository's root to the parent of `root`. Empty if `root` is
 * not in a repository, or is its root.
 */
export async function directoriesAbove(files: Files, root: string): Promise<string[]> {
  const above: string[] = [];
  for (let directory = root; !await isRepository(files, directory);) {
    const parent = directory.slice(0, directory.lastIndexOf("/")) || "/";
    if (parent === directory || !directory.includes("/")) return [];
    above.unshift(parent);
    directory = parent;
  }
  return above;
}

/**
 * Returns the text of an ignore file; undefined if it is missing or a link, which git does not
 * follow.
 */
export async function readIgnoreFile(
  files: Files,
  directory: string,
  name: string,
): Promise<string | undefined> {
  const path = `${directory}/${name}`;
  if ((await files.stat(path))?.kind !== "file") return undefined;
  return (await files.lstat(path)).kind === "file" ? await files.readText(path) : undefined;
}

/**
 * Returns the text of the user's excludes file; "" if it can't be read, since git ignores that too.
 */
export async function readUserFile(files: Files, path: string): Promise<string> {
  try {
    return await files.readText(path) ?? "";
  } catch (error) {
    if (error instanceof FileError) return "";
    throw error;
  }
}
