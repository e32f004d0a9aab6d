/** Checks for --with-git that a repository has all of its objects. */
import { UsageError } from "../../errors.ts";
import type { Files } from "../../host.ts";

/**
 * Throws UsageError if the repository at `root` or one of its submodules borrows objects from
 * another repository, as after `git clone --shared` or `--reference`. Throws FileError.
 */
export async function checkSelfContained(files: Files, root: string): Promise<void> {
  const modules = await submoduleDirectories(files, `${root}/.git/modules`);
  for (const git of [`${root}/.git`, ...modules]) {
    const alternates = `${git}/objects/info/alternates`;
    const borrowed = (await files.readText(alternates))?.trim();
    if (!borrowed) continue;
    const real = await files.realPath(alternates);
    const directory = real.slice(0, -"/objects/info/alternates".length);
    const source = borrowed.split("\n")[0];
    throw new UsageError(
      `Cannot upload "${root}" with git: ${directory} borrows objects from ${source}`,
      { hint: `To copy them: git --git-dir='${directory}' repack -a -d && rm '${real}'` },
    );
  }
}

const MOST_DEPTH = 16;

/**
 * Returns the git directories of submodules. Their names may have slashes, and they may hold
 * others.
 */
async function submoduleDirectories(files: Files, directory: string, depth = 0): Promise<string[]> {
  if (depth > MOST_DEPTH || (await files.stat(directory))?.kind !== "directory") return [];
  const found: string[] = [];
  for (const { name, kind } of await files.list(directory)) {
    if (kind !== "directory") continue;
    const path = `${directory}/${name}`;
    const isModule = await files.stat(`${path}/HEAD`) !== undefined;
    if (isModule) found.push(path);
    const nested = isModule ? `${path}/modules` : path;
    found.push(...await submoduleDirectories(files, nested, depth + 1));
  }
  return found;
}
