/** Paths from a container, checked: anyone who can write to a workspace controls them. Pure. */

/**
 * A path below the target directory that can't lead out of it. It is relative, without NUL and
 * newline, and no component is empty, `.` or `..`. The client sends only such paths to be removed.
 */
export type RemotePath = string & { readonly __remotePath: never };

/** PATH_MAX of Linux. */
const MOST_CHARS = 4096;

/** Returns undefined if the text is not such a path. */
export function remotePath(text: string): RemotePath | undefined {
  if (text.length > MOST_CHARS || text.includes("\0") || text.includes("\n")) return undefined;
  // By hand: a listing has hundreds of thousands of paths.
  for (let from = 0; from <= text.length;) {
    let end = text.indexOf("/", from);
    if (end < 0) end = text.length;
    const length = end - from;
    if (length === 0) return undefined;
    if (text[from] === "." && (length === 1 || length === 2 && text[from + 1] === ".")) {
      return undefined;
    }
    from = end + 1;
  }
  return text as RemotePath;
}

/** Looks up a path of the local tree. */
export function at<T>(map: ReadonlyMap<RemotePath, T>, path: string): T | undefined {
  return map.get(path as RemotePath);
}
