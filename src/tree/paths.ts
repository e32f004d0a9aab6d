/** Paths and where they lead, by their text alone: what they pass through on their way is not looked at. Pure. */

export function isAbsolute(path: string): boolean {
  return /^(\/|[A-Za-z]:[\\/])/.test(path);
}

/** An absolute path as it is, a relative one from `base` on; no ".." is taken out. */
export function resolve(base: string, path: string): string {
  return isAbsolute(path) ? path : `${base}/${path}`;
}

/** Whether a relative path leaves the tree, from a directory of it on: "" is its root. */
export function leavesTree(directory: string, path: string): boolean {
  let depth = directory === "" ? 0 : directory.split("/").length;
  for (const part of path.split("/")) {
    if (part === "..") depth--;
    else if (part !== "." && part !== "") depth++;
    if (depth < 0) return true;
  }
  return false;
}
