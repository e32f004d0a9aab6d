/** Tells the user who gave a directory where a name is read. */
import type { Host } from "../../host.ts";
import { isStatus, isUnknownKind, StatusError } from "../../kube/status.ts";

/**
 * Reads an object by the name that the user gave. If there is a directory of that name in place of
 * the object, the hint has the line with the directory where it belongs. `line` is what is before.
 */
export async function orDirectory<T>(
  { files }: Pick<Host, "files">,
  { name = "", line }: { name?: string; line: string },
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isUnknownKind(error)) throw error;
    if (!isStatus(error, 404) || name === "") throw error;
    if (!error.message.includes(`"${name}"`)) throw error; // another object
    const stat = await files.stat(name).catch(() => undefined);
    if (stat?.kind !== "directory") throw error;
    const meant = `if "${name}" is the directory: ${line} ./${name}`;
    const hint = error.hint === undefined ? meant : `${meant}; ${error.hint}`;
    throw new StatusError(error.message, error.status, { hint });
  }
}
