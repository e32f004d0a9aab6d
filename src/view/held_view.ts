/**
 * The facts shown when a step is held. Facts from inside the container come from debug-info.sh.
 * Pure.
 */
import type { HeldFacts } from "../tekton/breakpoint/held_facts.ts";
import { escape, joined, oneLine, type Printable, printable } from "../printable.ts";
import { plainLines } from "./text/sanitize.ts";
import type { MountedWorkspace } from "../tekton/workspaces.ts";
import { fitted } from "./text/width.ts";

/** Labels as in `kubectl describe`, in the same column as those of debug-info.sh. */
const LABEL_WIDTH = 12;
const MOST_PARAMS = 8;
const MOST_LINES = 10;

/** Returns lines that are at most `columns` wide and end with a newline. */
export function renderHeld(facts: HeldFacts, columns: number): Printable {
  const params = facts.params.slice(0, MOST_PARAMS).map(({ name, value }) =>
    oneLine(`${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
  );
  const more = facts.params.length - params.length;
  return joined([
    row("Step", [`${facts.place}, held ${facts.how}`], columns),
    row("Pod", [`${facts.pod}, container ${facts.container}`], columns),
    row("Image", [facts.image], columns),
    row("Workspaces", facts.workspaces.map(describe), columns),
    row("Params", more > 0 ? [...params, `and ${more} more`] : params, columns),
    row("Log", facts.said.slice(-MOST_LINES).flatMap(plainLines), columns),
  ]);
}

function describe({ name, path, bound, whyReadOnly }: MountedWorkspace): string {
  return `${name} at ${path} (${bound}${whyReadOnly === undefined ? "" : ", read-only"})`;
}

function row(label: string, values: readonly string[], columns: number): Printable {
  return joined(values.map((value, at) => {
    const head = (at === 0 ? `${label}:` : "").padEnd(LABEL_WIDTH);
    return printable`${fitted(head + escape(value), columns)}\n`;
  }));
}
