/** Deletes an object's dependents with it: `kubectl delete pipelinerun` deletes its pods too. */
import { KINDS } from "./kinds.ts";
import type { Store } from "./store.ts";

export function collectGarbage(store: Store): void {
  store.listen(({ type, object: owner }) => {
    if (type !== "DELETED") return;
    for (const kind of KINDS) {
      for (const { metadata } of store.list(kind)) {
        const { name = "", namespace = "", ownerReferences = [] } = metadata;
        const isOwned = ownerReferences.some(({ uid }) => uid === owner.metadata.uid);
        // An earlier deletion may have deleted this object already.
        if (isOwned && store.find(kind, namespace, name) !== undefined) {
          store.delete(kind, namespace, name);
        }
      }
    }
  });
}
