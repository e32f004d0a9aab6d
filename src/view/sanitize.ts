/**
 * What a step or the cluster says can't be trusted to be only text: escape sequences could move the
 * cursor, retitle the window or have the terminal answer (CVE-2021-25743,
 * https://github.com/kubernetes/kubernetes/issues/101695). Pure.
 */

/**
 * Each alternative is a whole sequence where it is complete, else the one character:
 * CSI (ESC [ or U+009B), OSC and the other strings up to BEL or ST, ESC and its letter, any other
 * control but the tab. One pass: what is left of a broken sequence is never joined to a new one.
 */
const CONTROLS =
  // deno-lint-ignore no-control-regex
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]|[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;

// deno-lint-ignore no-control-regex
const SGR = /^\x1b\[[0-9;:]*m$/;

/**
 * One line as it may go to a terminal: its tabs and (unless `color` is false) its colours stay. Of
 * parts that overwrite each other, `10%\r20%`, the last stays, as on a terminal.
 */
export function sanitize(line: string, { color = true }: { color?: boolean } = {}): string {
  const shown = line.split("\r").findLast((part) => part !== "") ?? "";
  return shown.replace(CONTROLS, (sequence) => color && SGR.test(sequence) ? sequence : "");
}

/** Words of the cluster's (a condition's message) as lines without colours, none of them empty. */
export function plainLines(text: string): string[] {
  return text.split("\n").map((line) => sanitize(line, { color: false }).trimEnd())
    .filter((line) => line !== "");
}
