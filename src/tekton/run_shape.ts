/** A run out of a file, looked at before anything of it is read. Pure. */
import { UsageError } from "../errors.ts";
import type { KubeObject } from "../kube/interface.ts";
import { checked } from "../shape.ts";
import { RUN_SHAPE } from "./shapes.ts";

/** The run, without fields that are null. `what` begins the error's words. Throws UsageError. */
export function checkedRun(run: KubeObject, what: string): KubeObject {
  const found = checked(run, RUN_SHAPE);
  if ("value" in found) return found.value as KubeObject;
  throw new UsageError(`${what}: ${found.why}`, {
    hint: "kubectl create --dry-run=server tells what else is wrong with it",
  });
}
