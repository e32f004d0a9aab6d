/** Errors about files that can't be read or that change during the upload, with hints. */
import { TransferError } from "../errors.ts";
import { FileError, TOO_LONG } from "../host.ts";

/**
 * Turns a FileError into a TransferError with the path relative to the tree; returns other errors
 * unchanged.
 */
export function cannotRead(root: string, error: unknown): unknown {
  if (!(error instanceof FileError)) return error;
  const path = error.path.startsWith(`${root}/`) ? error.path.slice(root.length + 1) : error.path;
  if (isMissing(error) && path.includes("\uFFFD")) {
    return new TransferError(`Cannot read "${path}": its name is not valid UTF-8`, {
      hint: "Rename it, or leave it out: --ignore with a * for the unprintable part",
      cause: error,
    });
  }
  const verb = isMissing(error)
    ? "Try again"
    : error.state === TOO_LONG
    ? "Move the directory to a shorter path"
    : "Make it readable";
  return new TransferError(`Cannot read "${path}": ${error.state}`, {
    hint: `${verb}, or leave it out: --ignore '${patternFor(path)}'`,
    cause: error,
  });
}

/**
 * Returns the error for a file that no longer matches its tar header, which has been sent already.
 */
export function changedWhileSent(path: string, how: string): TransferError {
  return new TransferError(`Cannot send "${path}": it ${how} during the upload`, {
    hint: `Try again when nothing writes to it, or leave it out: --ignore '${patternFor(path)}'`,
  });
}

export function isMissing(error: unknown): boolean {
  return error instanceof FileError && error.state === "no such file or directory";
}

/** Returns a gitignore pattern for exactly this path; bytes that are not UTF-8 become "?". */
function patternFor(path: string): string {
  return "/" + path.replaceAll(/[*?[\\]/g, "\\$&").replaceAll(/[\udc80-\udcff]/gu, "?");
}
