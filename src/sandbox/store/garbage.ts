/** What is owned by something deleted is deleted, at once: `kubectl delete pipelinerun` takes its pods along. */
import { KINDS } from "./kinds.ts";
import type { Store } from "./store.ts";

export function collectGarbage(store: Store): void {
  store.listen(({ type, object: owner }) => {
    if (type !== "DELETED") return;
    for (const kind of KINDS) {
      for (const { metadata } of store.list(kind)) {
        const { name = "", namespace = "", ownerReferences = [] } = metadata;
        const isOwned = ownerReferences.some(({ uid }) => uid === owner.metadata.uid);
        // One deletion may have taken this one along already.
        if (isOwned && store.find(kind, namespace, name) !== undefined) {
          store.delete(kind, namespace, name);
        }
      }
    }
  });
}
