/** Checks the shape of a run from a file before other code reads it. Pure. */
import { UsageError } from "../errors.ts";
import type { KubeObject } from "../kube/interface.ts";
import { checked } from "../shape.ts";
import type { RunKind } from "./model.ts";
import { RUN_SHAPE } from "./shapes.ts";

/** A run of a known kind, in any version. */
export type CheckedRun = KubeObject & { kind: RunKind };

/**
 * Returns the run without null fields. Throws UsageError with a message that starts with `what`.
 */
export function checkedRun(run: CheckedRun, what: string): CheckedRun {
  const found = checked(run, RUN_SHAPE);
  if ("value" in found) return found.value as CheckedRun;
  throw new UsageError(`${what}: ${found.why}`, {
    hint: "kubectl create --dry-run=server shows what else is wrong with it",
  });
}
