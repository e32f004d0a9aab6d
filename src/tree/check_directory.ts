/** Checks the DIR argument before the run is created. */
import { UsageError } from "../errors.ts";
import { FileError, type Files, type FileStat } from "../host.ts";
import { isMissing } from "./read_errors.ts";

/** Returns the absolute path of the directory, with every link resolved. Throws UsageError. */
export async function checkDirectory(files: Files, path: string): Promise<string> {
  try {
    const stat: FileStat | undefined = await files.stat(path);
    if (stat === undefined) throw noSuchDirectory(path);
    if (stat.kind !== "directory") {
      const what = stat.kind === "file" ? "it is a file" : "it is not a directory";
      throw cannotUpload(path, what, `Name its directory: ${parent(path)}`);
    }
    await files.list(path); // otherwise the walk would fail only after the run was created
    return await files.realPath(path);
  } catch (error) {
    if (isMissing(error)) throw noSuchDirectory(path); // a deleted one that a process works in
    if (!(error instanceof FileError)) throw error;
    throw cannotUpload(path, error.state, `See who can read it: ls -ld '${path}'`, error);
  }
}

function noSuchDirectory(path: string): UsageError {
  return cannotUpload(path, "no such directory", "Name the directory to upload, e.g. .");
}

function cannotUpload(path: string, state: string, hint: string, cause?: unknown): UsageError {
  return new UsageError(`Cannot upload "${path}": ${state}`, { hint, cause });
}

function parent(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash) || "/";
}
