/** Paths that a container says: checked, for whoever writes to a workspace can have it say anything. Pure. */

/**
 * A path below the directory that is filled, which can't lead out of it: relative, each component a name, none of them
 * `.` or `..`, without NUL and newline. What the receiver is told to remove has this type.
 */
export type RemotePath = string & { readonly __remotePath: never };

/** Linux' PATH_MAX. */
const MOST_CHARS = 4096;

/** Undefined for what is no such path. */
export function remotePath(text: string): RemotePath | undefined {
  if (text.length > MOST_CHARS || text.includes("\0") || text.includes("\n")) return undefined;
  // By hand: a listing has hundreds of thousands of them.
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

/** What is known of a path of ours. */
export function at<T>(map: ReadonlyMap<RemotePath, T>, path: string): T | undefined {
  return map.get(path as RemotePath);
}
