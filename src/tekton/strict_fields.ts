/**
 * Checks objects that users write by hand, as `tkn` does: a field that Kubernetes does not know is
 * an error, because the API server would drop it or refuse the whole run. Pure.
 */
import { isRecord } from "../shape.ts";

/**
 * The fields of an object. "any" is checked by the cluster alone; `texts` is a map of texts, as
 * labels are, and `quantities` one of amounts, as 1Gi. Unlike a Shape, it has all fields.
 */
export type Fields =
  | "any"
  | "text"
  | "number"
  | "boolean"
  | "texts"
  | "quantities"
  | readonly [Fields]
  | { readonly [key: string]: Fields };

/**
 * Returns the first place where the value has an unknown field or a value of another type, as
 * `unknown field "spec.accessMode"`; undefined if the value fits.
 */
export function whyNotStrict(value: unknown, fields: Fields, path = ""): string | undefined {
  if (value === null || value === undefined || fields === "any") return undefined;
  const at = path || "it";
  if (fields === "text") return typeof value === "string" ? undefined : `${at} is not a text`;
  if (fields === "number") return typeof value === "number" ? undefined : `${at} is not a number`;
  if (fields === "boolean") return isBoolean(value) ? undefined : `${at} is not a boolean`;
  if (Array.isArray(fields)) {
    if (!Array.isArray(value)) return `${at} is not a list`;
    return first(value.entries(), ([index, one]) => {
      return whyNotStrict(one, fields[0], `${path}[${index}]`);
    });
  }
  if (!isRecord(value)) return `${at} is not an object`;
  return first(Object.entries(value), ([key, one]) => {
    const inner = path === "" ? key : `${path}.${key}`;
    if (fields === "texts") return whyNotStrict(one, "text", inner);
    if (fields === "quantities") {
      return isQuantity(one) ? undefined : `${inner} is not a quantity, as 1Gi`;
    }
    const known = fields as { readonly [key: string]: Fields };
    if (!Object.hasOwn(known, key)) return `unknown field "${inner}"`;
    return whyNotStrict(one, known[key], inner);
  });
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function isQuantity(value: unknown): boolean {
  if (typeof value !== "string" && typeof value !== "number") return false;
  const suffix = "([KMGTPE]i|[numkMGTPE]|[eE][+-]?\\d+)?";
  return new RegExp(`^[+-]?(\\d+\\.?\\d*|\\.\\d+)${suffix}$`).test(`${value}`);
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function first<T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

const TEXTS: Fields = ["text"];
const SELECTOR: Fields = {
  matchLabels: "texts",
  matchExpressions: [{ key: "text", operator: "text", values: TEXTS }],
};

/**
 * A PersistentVolumeClaim.
 * https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/persistent-volume-claim-v1/
 */
export const CLAIM: Fields = {
  apiVersion: "text",
  kind: "text",
  metadata: {
    name: "text",
    generateName: "text",
    namespace: "text",
    labels: "texts",
    annotations: "texts",
    creationTimestamp: "any",
    deletionGracePeriodSeconds: "any",
    deletionTimestamp: "any",
    finalizers: TEXTS,
    generation: "any",
    managedFields: "any",
    ownerReferences: "any",
    resourceVersion: "text",
    selfLink: "text",
    uid: "text",
  },
  spec: {
    accessModes: TEXTS,
    dataSource: { apiGroup: "text", kind: "text", name: "text" },
    dataSourceRef: { apiGroup: "text", kind: "text", name: "text", namespace: "text" },
    resources: { limits: "quantities", requests: "quantities" },
    selector: SELECTOR,
    storageClassName: "text",
    volumeAttributesClassName: "text",
    volumeMode: "text",
    volumeName: "text",
  },
  status: "any",
};

/** https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/ */
export const CSI_SOURCE: Fields = {
  driver: "text",
  fsType: "text",
  nodePublishSecretRef: { name: "text" },
  readOnly: "boolean",
  volumeAttributes: "texts",
};

export const VALUE_SOURCE: Fields = {
  configMapKeyRef: { key: "text", name: "text", optional: "boolean" },
  fieldRef: { apiVersion: "text", fieldPath: "text" },
  fileKeyRef: "any",
  resourceFieldRef: { containerName: "text", divisor: "any", resource: "text" },
  secretKeyRef: { key: "text", name: "text", optional: "boolean" },
};
const POD_AFFINITY: Fields = {
  requiredDuringSchedulingIgnoredDuringExecution: ["any"],
  preferredDuringSchedulingIgnoredDuringExecution: ["any"],
};
export const VOLUME: Fields = {
  name: "text",
  ...Object.fromEntries(
    ("awsElasticBlockStore azureDisk azureFile cephfs cinder configMap csi downwardAPI emptyDir " +
      "ephemeral fc flexVolume flocker gcePersistentDisk gitRepo glusterfs hostPath image iscsi " +
      "nfs persistentVolumeClaim photonPersistentDisk portworxVolume projected quobyte rbd " +
      "scaleIO secret storageos vsphereVolume").split(" ").map((source) => [source, "any"]),
  ),
};

/** https://tekton.dev/docs/pipelines/podtemplates/ */
export const POD_TEMPLATE: Fields = {
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: ["any"] },
      preferredDuringSchedulingIgnoredDuringExecution: ["any"],
    },
    podAffinity: POD_AFFINITY,
    podAntiAffinity: POD_AFFINITY,
  },
  automountServiceAccountToken: "boolean",
  dnsConfig: {
    nameservers: TEXTS,
    options: [{ name: "text", value: "text" }],
    searches: TEXTS,
  },
  dnsPolicy: "text",
  enableServiceLinks: "boolean",
  env: [{ name: "text", value: "text", valueFrom: VALUE_SOURCE }],
  hostAliases: [{ hostnames: TEXTS, ip: "text" }],
  hostNetwork: "boolean",
  hostUsers: "boolean",
  imagePullSecrets: [{ name: "text" }],
  nodeSelector: "texts",
  priorityClassName: "text",
  runtimeClassName: "text",
  schedulerName: "text",
  securityContext: {
    appArmorProfile: { localhostProfile: "text", type: "text" },
    fsGroup: "number",
    fsGroupChangePolicy: "text",
    runAsGroup: "number",
    runAsNonRoot: "boolean",
    runAsUser: "number",
    seLinuxChangePolicy: "text",
    seLinuxOptions: { level: "text", role: "text", type: "text", user: "text" },
    seccompProfile: { localhostProfile: "text", type: "text" },
    supplementalGroups: ["number"],
    supplementalGroupsPolicy: "text",
    sysctls: [{ name: "text", value: "text" }],
    windowsOptions: "any",
  },
  tolerations: [{
    effect: "text",
    key: "text",
    operator: "text",
    tolerationSeconds: "number",
    value: "text",
  }],
  topologySpreadConstraints: [{
    labelSelector: SELECTOR,
    matchLabelKeys: TEXTS,
    maxSkew: "number",
    minDomains: "number",
    nodeAffinityPolicy: "text",
    nodeTaintsPolicy: "text",
    topologyKey: "text",
    whenUnsatisfiable: "text",
  }],
  volumes: [VOLUME],
};
