/** PersistentVolumeClaims and storage classes, as far as the program reads them. */
import type { KubeObject, Resource } from "../kube/interface.ts";

export interface Claim extends KubeObject {
  spec?: {
    accessModes?: string[];
    storageClassName?: string;
    volumeName?: string;
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
    spec: { accessModes: ["text"], storageClassName: "text", volumeName: "text" },
    status: { phase: "text" },
  },
};

export interface StorageClass extends KubeObject {
  /** Immediate, or WaitForFirstConsumer: a claim is then pending until a pod uses it. */
  volumeBindingMode?: string;
}

export const STORAGE_CLASSES: Resource<"StorageClass"> = {
  group: "storage.k8s.io",
  version: "v1",
  plural: "storageclasses",
  kind: "StorageClass",
  shape: { volumeBindingMode: "text" },
};
