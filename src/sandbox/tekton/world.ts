/** What the controller and its jobs work on. */
import type { Kubelet } from "../kubelet.ts";
import type { Store } from "../store.ts";

export interface World {
  readonly store: Store;
  readonly kubelet: Kubelet;
  readonly podStartMs: number;
}
