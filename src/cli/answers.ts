/** Answers of the user as words of the command line that asked. Pure. */

/**
 * Words that, typed after the command's own (`tkn-dev pipeline start`), give the same run without a
 * question: `["build", "--param", "revision=main", "--workspace", "name=source,volume=1Gi"]`. A
 * name comes first, flags in their long form, each with its value in the next word. Empty if
 * nothing was asked.
 */
export type Answers = readonly string[];

export function paramAnswer(name: string, text: string): Answers {
  return ["--param", `${name}=${text}`];
}

/** `binding` has the other keys of --workspace: "volume=1Gi". */
export function workspaceAnswer(name: string, binding: string): Answers {
  return ["--workspace", `name=${name},${binding}`];
}
