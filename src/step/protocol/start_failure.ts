/** What a node, or Tekton's entrypoint, says if a program can't be started. Pure. */

/** Returns whether an exec failed because the image lacks its program. */
export function isProgramMissing(message: string): boolean {
  return /executable file not found|no such file/.test(message);
}

/** Returns whether a step's log says that the interpreter of its script can't be started. */
export function isInterpreterMissing(log: readonly string[]): boolean {
  return /fork\/exec|exec format error/.test(log.join("\n"));
}
