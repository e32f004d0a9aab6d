/** Paths as text: no file system is asked, and no link is followed. Pure. */

/** Joins two relative paths, or an absolute and a relative one; "" is the directory itself. */
export function join(base: string, path: string): string {
  return base === "" || path === "" ? base || path : `${base}/${path}`;
}

/** Returns the directory of a relative path; "" is the tree's root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

export function isAbsolute(path: string): boolean {
  return /^(\/|[A-Za-z]:[\\/])/.test(path);
}

/** Joins a relative path to `base`; returns an absolute path unchanged. Keeps every "..". */
export function resolve(base: string, path: string): string {
  return isAbsolute(path) ? path : `${base}/${path}`;
}

/** Returns whether a path relative to `directory` leaves the tree; "" is the tree's root. */
export function leavesTree(directory: string, path: string): boolean {
  let depth = directory === "" ? 0 : directory.split("/").length;
  for (const part of path.split("/")) {
    if (part === "..") depth--;
    else if (part !== "." && part !== "") depth++;
    if (depth < 0) return true;
  }
  return false;
}
