/** The script of a held step as a person edits it: the template's text, where the container has another. Pure. */
import { type Fit, fitTemplate, VARIABLE, variableName } from "../inline/fit_template.ts";
import type { Variables } from "../variables.ts";

/** What Tekton puts before a script that names no interpreter. */
const PREAMBLE = "#!/bin/sh\nset -e\n";

export interface FilledScript {
  readonly text: string;
  /** The references that stay as they are, for their values can't be told: `$(params.x)`. Each once. */
  readonly unknown: string[];
}

/**
 * What the edited template becomes, given that the template became `filled`: with the same values,
 * and if that has them, an interpreter and a final newline. `known` are the values that are expected;
 * where `filled` speaks against them, those that it shows count, and the expected ones only for
 * variables that the template does not have.
 *
 * Undefined, whatever `edited` is, where `filled` can't have come of the template. The template itself
 * becomes `filled`.
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

/** By variableName. A value with a variable in it is not yet what Tekton puts in. */
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

/** Without what was put before and after the script, if anything. */
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
  // The longest first: its parts need not be known.
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
