/** PersistentVolumeClaims, as far as the program reads them. */
import type { KubeObject, Resource } from "../kube/interface.ts";

export interface Claim extends KubeObject {
  spec?: {
    accessModes?: string[];
    storageClassName?: string;
    resources?: unknown;
  };
  /** Phase: Pending, Bound or Lost. */
  status?: { phase?: string };
}

export const CLAIMS: Resource<"PersistentVolumeClaim"> = {
  group: "",
  version: "v1",
  plural: "persistentvolumeclaims",
  kind: "PersistentVolumeClaim",
  shape: {
    spec: { accessModes: ["text"], storageClassName: "text" },
    status: { phase: "text" },
  },
};
