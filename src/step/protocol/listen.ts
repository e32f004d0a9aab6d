/** The words of listen.sh, which runs beside a remote shell: requests of its debug-run. Pure. */

/**
 * A line that the container writes:
 *
 *     edit
 *     ran 0
 *
 * No request carries a path, a program or text to show. Any other line is not a request.
 */
export type EditRequest =
  | { readonly kind: "edit" }
  /** The edited script has run. The exit code is 0 to 255. */
  | { readonly kind: "ran"; readonly exitCode: number };

/** No line that has a meaning is longer. */
export const MOST_REQUEST_BYTES = 16;

/**
 * Returns what debug-run writes to the shell's terminal before each request, so that the client
 * knows the output that precedes it: an APC sequence, which terminals ignore.
 */
export function requestMark(channel: string): string {
  return `\x1b_tkn-dev ${channel}\x1b\\`;
}

const GREETINGS: readonly string[] = ["listening", "no"];

/** Returns whether the line is one that the listener starts with, which asks for nothing. */
export function isGreeting(line: string): boolean {
  return GREETINGS.includes(line);
}

/** Parses a line. Returns undefined if it is not a request. */
export function parseEditRequest(line: string): EditRequest | undefined {
  if (line === "edit") return { kind: "edit" };
  const [, code] = /^ran (0|[1-9]\d{0,2})$/.exec(line) ?? [];
  const exitCode = Number(code ?? NaN);
  return exitCode <= 255 ? { kind: "ran", exitCode } : undefined;
}

/** Answers to requests, a line each. The reason of a refusal is shown in the remote shell. */
export const EditAnswer = {
  /** The edited script is in the container. */
  ready: "ready",
  /** The exit code has been noted. */
  done: "done",
  refused: (why: string) => `no ${why.replaceAll("\n", " ")}`,
};
