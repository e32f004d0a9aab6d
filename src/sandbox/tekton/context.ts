/** The objects that the controller and its jobs share. */
import type { Kubelet } from "../node/kubelet.ts";
import type { Store } from "../store/store.ts";

export interface TektonContext {
  readonly store: Store;
  readonly kubelet: Kubelet;
  readonly podStartMs: number;
}
