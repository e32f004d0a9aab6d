/** The messages of nodes and of Tekton's entrypoint about programs that can't start. Pure. */

/** Returns whether an exec failed because the image lacks its program. */
export function isProgramMissing(message: string): boolean {
  return /executable file not found|no such file/.test(message);
}

/** Returns whether a step's log says that the interpreter of its script can't be started. */
export function isInterpreterMissing(log: readonly string[]): boolean {
  return /fork\/exec|exec format error/.test(log.join("\n"));
}
