/** Errors of the file system in words. */
import { FileError, TOO_LONG } from "../../host.ts";

/** Whether the path does not exist: its last part is missing, or an earlier part is a file. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/**
 * Whether only the last part of the path is missing, by an error of the system or its FileError.
 */
export function isGone(error: unknown): boolean {
  const system = error instanceof FileError ? error.cause : error;
  return (system as { code?: string } | undefined)?.code === "ENOENT";
}

export function named<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fileError(path, error);
  }
}

/** With O_NOFOLLOW, ELOOP means that the path is a link. */
export function opened<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if ((error as { code?: string }).code !== "ELOOP") throw fileError(path, error);
    throw new FileError(path, "is a symbolic link", { cause: error });
  }
}

export async function opening<T>(path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    return opened(path, () => {
      throw error;
    });
  }
}

export async function naming<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw fileError(path, error);
  }
}

const STATES: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such file or directory"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["ENOTDIR", "not a directory"],
  ["EISDIR", "is a directory"],
  ["ENAMETOOLONG", TOO_LONG],
  ["ELOOP", "too many levels of symbolic links"],
  ["EMFILE", "too many open files"],
  ["EIO", "input/output error"],
  ["ENOSPC", "no space left on the device"],
  ["EDQUOT", "the disk quota is exceeded"],
  ["EFBIG", "the file would be too large"],
]);

export function fileError(path: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  const code = (error as { code?: string }).code ?? "";
  return new FileError(path, STATES.get(code) ?? reason(error), { cause: error });
}

/** Deno's own permission error has no code. Messages of other systems stay as they are. */
function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "permission denied to this program";
  return error instanceof Error ? error.message : String(error);
}
