/** The mode that an entry is sent with. Pure. */
import type { FileKind } from "../host.ts";

/**
 * Returns the mode that `git clone` would give: 0755 for directories and executable files, else
 * 0644. The local umask or file system may have produced a mode with which a step that runs as
 * another user could not read the file.
 *
 * @param isExecutable git's index, where the file's own mode is not to be trusted
 */
export function sentMode(kind: FileKind, mode: number, isExecutable?: boolean): number {
  if (kind === "directory") return 0o755;
  if (kind !== "file") return 0o777; // links have no mode
  return isExecutable ?? (mode & 0o100) !== 0 ? 0o755 : 0o644;
}
