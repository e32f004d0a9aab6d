/** Compares objects by age: pure. */
import type { KubeObject } from "../kube/interface.ts";

/** Sorts objects by creation time, oldest first; those of one second stay in their order. */
export function byAge(a: KubeObject, b: KubeObject): number {
  const [first, second] = [a, b].map(({ metadata }) => metadata.creationTimestamp ?? "");
  return first < second ? -1 : first > second ? 1 : 0;
}

/** The reverse: newest first. */
export function newestFirst(a: KubeObject, b: KubeObject): number {
  return byAge(b, a);
}

/** Whether this is the same object as `known` in an earlier state. */
export function isOlder({ metadata }: KubeObject, known: KubeObject | undefined): boolean {
  return known?.metadata.uid === metadata.uid &&
    Number(metadata.resourceVersion) < Number(known?.metadata.resourceVersion);
}
