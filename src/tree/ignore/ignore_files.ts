/** The files that a tree's rules are in, above it and beside it. Each throws FileError. */
import { FileError, type Files } from "../../host.ts";
import { isRepository } from "../git/repository.ts";

/** From the repository's root down to the parent of `root`; none where `root` is or has no repository. */
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

/** Undefined where there is none, or a link, which git does not follow. */
export async function readIgnoreFile(
  files: Files,
  directory: string,
  name: string,
): Promise<string | undefined> {
  const path = `${directory}/${name}`;
  if ((await files.stat(path))?.kind !== "file") return undefined;
  return (await files.lstat(path)).kind === "file" ? await files.readText(path) : undefined;
}

/** git goes on without an excludes file that may not be read, too. */
export async function readUserFile(files: Files, path: string): Promise<string> {
  try {
    return await files.readText(path) ?? "";
  } catch (error) {
    if (error instanceof FileError) return "";
    throw error;
  }
}
