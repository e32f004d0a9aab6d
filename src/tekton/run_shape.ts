/** A run out of a file, looked at before anything of it is read. Pure. */
import { UsageError } from "../errors.ts";
import type { KubeObject } from "../kube/interface.ts";
import { checked } from "../shape.ts";
import type { RunKind } from "./model.ts";
import { RUN_SHAPE } from "./shapes.ts";

/** A run by its kind, of any version. */
export type CheckedRun = KubeObject & { kind: RunKind };

/** The run, without fields that are null. `what` begins the error's words. Throws UsageError. */
export function checkedRun(run: CheckedRun, what: string): CheckedRun {
  const found = checked(run, RUN_SHAPE);
  if ("value" in found) return found.value as CheckedRun;
  throw new UsageError(`${what}: ${found.why}`, {
    hint: "kubectl create --dry-run=server tells what else is wrong with it",
  });
}
