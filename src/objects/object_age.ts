/** Compares objects by age: pure. */
import type { KubeObject } from "../kube/interface.ts";
import type { Pod } from "../tekton/model.ts";

/** Sorts pods by creation time, oldest first. */
export function byAge(a: Pod, b: Pod): number {
  const [first, second] = [a, b].map(({ metadata }) => metadata.creationTimestamp ?? "");
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Whether this is the same object as `known` in an earlier state. */
export function isOlder({ metadata }: KubeObject, known: KubeObject | undefined): boolean {
  return known?.metadata.uid === metadata.uid &&
    Number(metadata.resourceVersion) < Number(known?.metadata.resourceVersion);
}
