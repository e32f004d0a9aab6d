/** Which of two objects came first: pure. */
import type { KubeObject } from "../kube/interface.ts";
import type { Pod } from "../tekton/model.ts";

/** The pods of a run in the order in which they came. */
export function byAge(a: Pod, b: Pod): number {
  const [first, second] = [a, b].map(({ metadata }) => metadata.creationTimestamp ?? "");
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Whether it is an earlier state of what is known. */
export function isOlder({ metadata }: KubeObject, known: KubeObject | undefined): boolean {
  return known?.metadata.uid === metadata.uid &&
    Number(metadata.resourceVersion) < Number(known?.metadata.resourceVersion);
}
