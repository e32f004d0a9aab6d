/** What stands in the way of sending a path, in words. */
import { TransferError } from "../errors.ts";
import { FileError, TOO_LONG } from "../host.ts";

/** A FileError as the TransferError that names the path as the tree does; other errors as they are. */
export function cannotRead(root: string, error: unknown): unknown {
  if (!(error instanceof FileError)) return error;
  const path = error.path.startsWith(`${root}/`) ? error.path.slice(root.length + 1) : error.path;
  if (isGone(error) && path.includes("\uFFFD")) {
    return new TransferError(`Cannot read "${path}": its name is not valid UTF-8`, {
      hint: "Rename it, or leave it out: --ignore with a * for the part that is not shown",
      cause: error,
    });
  }
  const verb = isGone(error)
    ? "Keep it where it is"
    : error.state === TOO_LONG
    ? "Put the directory where its own path is shorter"
    : "Make it readable";
  return new TransferError(`Cannot read "${path}": ${error.state}`, {
    hint: `${verb}, or leave it out: --ignore '${patternFor(path)}'`,
    cause: error,
  });
}

/** The file is no longer what its header, already sent, says. */
export function changedWhileSent(path: string, how: string): TransferError {
  return new TransferError(`Cannot send "${path}": it ${how} while it was sent`, {
    hint: `Try again once nothing writes to it, or leave it out: --ignore '${patternFor(path)}'`,
  });
}

export function isGone(error: unknown): boolean {
  return error instanceof FileError && error.state === "no such file or directory";
}

/** A gitignore line for exactly this path, but for bytes that nobody can type. */
function patternFor(path: string): string {
  return "/" + path.replaceAll(/[*?[\\]/g, "\\$&").replaceAll(/[\udc80-\udcff]/gu, "?");
}
