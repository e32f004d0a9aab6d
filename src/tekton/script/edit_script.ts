/**
 * Turns an edited script back into what a held step runs: the user edits the Task's template, the
 * container has the text that Tekton made from it. Pure.
 */
import { type Fit, fitTemplate, VARIABLE, variableName } from "./fit_template.ts";
import type { Variables } from "../variables.ts";

/** The lines that Tekton puts before a script that names no interpreter. */
const PREAMBLE = "#!/bin/sh\nset -e\n";

export interface FilledScript {
  readonly text: string;
  /** The references whose values are unknown, and which stay: `$(params.x)`. Each once. */
  readonly unknown: string[];
}

/**
 * Returns the text that Tekton would make from the edited template, given that it made `filled`
 * from `template`: with the same values, and with an interpreter and a final newline if `filled`
 * has them. `known` are the expected values. If they contradict `filled`, the values in `filled`
 * win, and the expected ones only count for variables that the template does not have.
 *
 * Returns undefined if `template` can't give `filled`. An unchanged template gives `filled`.
 */
export function fillLike(
  template: string,
  filled: string,
  edited: string,
  known: Variables = new Map(),
): FilledScript | undefined {
  const expected = textsOf(known);
  const fit = fitScript(template, filled, expected) ?? fitScript(template, filled, new Map());
  if (fit === undefined) return undefined;
  const { text, unknown } = fill(edited, fit, expected);
  const before = hasInterpreter(filled) && !hasInterpreter(text) ? PREAMBLE : "";
  const after = filled.endsWith("\n") && !(before + text).endsWith("\n") ? "\n" : "";
  return { text: before + text + after, unknown };
}

/** Returns texts by variableName. A value that contains a variable is not yet final. */
function textsOf(known: Variables): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [spelling, value] of known) {
    if (typeof value !== "string" || VARIABLE.test(value)) continue;
    texts.set(variableName(spelling), value);
  }
  return texts;
}

function hasInterpreter(script: string): boolean {
  return script.trimStart().startsWith("#!");
}

/** Fits the script without the lines that Tekton or the gate put before and after it. */
function fitScript(
  template: string,
  filled: string,
  known: ReadonlyMap<string, string>,
): Fit | undefined {
  const before = !hasInterpreter(template) && filled.startsWith(PREAMBLE) ? [PREAMBLE, ""] : [""];
  const after = !template.endsWith("\n") && filled.endsWith("\n") ? ["\n", ""] : [""];
  for (const { length } of before) {
    for (const ending of after) {
      const own = filled.slice(length, filled.length - ending.length);
      const fit = fitTemplate(template, own, known);
      if (fit !== undefined) return fit;
    }
  }
  return undefined;
}

function fill(
  edited: string,
  { pieces, values, names }: Fit,
  expected: ReadonlyMap<string, string>,
): FilledScript {
  const unknown = new Set<string>();
  // The longest first: parts of it may be unknown.
  const texts = [...pieces.keys()].sort((a, b) => b.length - a.length).map(literally);
  const pattern = new RegExp([...texts, VARIABLE.source].join("|"), "g");
  const text = edited.replace(pattern, (found, spelling?: string) => {
    const name = variableName(spelling ?? found.slice(2, -1));
    const value = pieces.get(found) ?? values.get(name) ??
      (names.has(name) ? undefined : expected.get(name));
    if (value === undefined) unknown.add(found);
    return value ?? found;
  });
  return { text, unknown: [...unknown] };
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
