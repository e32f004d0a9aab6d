/** References to other tasks' results: `tasks.build.results.digest`, `finally.x.results["a.b"]`. */
import { referencesIn } from "./substitute.ts";

export interface ResultRef {
  readonly task: string;
  readonly result: string;
}

const REFERENCE = /^(?:tasks|finally)\.([^.]+)\.results(?:\.|\[["'])([^.[\]"']+)/;

/** Returns the references in a value, in order and without duplicates. */
export function resultRefs(value: unknown): ResultRef[] {
  const found = new Map<string, ResultRef>();
  for (const reference of referencesIn(value)) {
    const match = REFERENCE.exec(reference);
    if (match !== null) found.set(`${match[1]}/${match[2]}`, { task: match[1], result: match[2] });
  }
  return [...found.values()];
}
