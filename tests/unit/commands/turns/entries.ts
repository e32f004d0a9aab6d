/** Trees as the paths of their files and, with a slash at the end, directories. */
import type { Entry } from "../../../../src/tree/walk.ts";

export function entriesOf(paths: string): Entry[] {
  return paths.split(" ").map((path) => ({
    path: path.replace(/\/$/, ""),
    kind: path.endsWith("/") ? "directory" : "file",
    sizeBytes: 1,
    mode: 0o644,
    mtimeSeconds: 1,
  }));
}
