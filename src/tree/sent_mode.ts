/** The mode that something is sent with: pure. */
import type { FileKind } from "../host.ts";

/**
 * As a clone gives it, and git knows no other: 0644, or 0755 for what its owner may execute and for directories. What the
 * umask or a file system here makes of it is nothing that a step of another user could work with.
 *
 * @param isExecutable what git's index says, where it is not the file's own mode that counts
 */
export function sentMode(kind: FileKind, mode: number, isExecutable?: boolean): number {
  if (kind === "directory") return 0o755;
  if (kind !== "file") return 0o777; // a link has none of its own
  return isExecutable ?? (mode & 0o100) !== 0 ? 0o755 : 0o644;
}
