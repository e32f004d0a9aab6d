/** A container's environment: values, and references to ConfigMaps, Secrets and the pod's own fields. */
import type { KubeObject } from "../kube/interface.ts";
import { CONFIG_MAPS, SECRETS } from "./kinds.ts";
import type { Store } from "./store.ts";
import { configMapFiles, secretFiles } from "./volumes.ts";

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: { name: string; key: string };
    readonly secretKeyRef?: { name: string; key: string };
    readonly fieldRef?: { fieldPath: string };
  };
}

/** A missing key is empty here, where a kubelet would not start the container. */
export function environment(env: readonly EnvVar[], pod: KubeObject, store: Store) {
  const namespace = pod.metadata.namespace!;
  return env.map(({ name, value, valueFrom }) => {
    const { configMapKeyRef, secretKeyRef, fieldRef } = valueFrom ?? {};
    if (configMapKeyRef !== undefined) {
      const source = store.find(CONFIG_MAPS, namespace, configMapKeyRef.name);
      return { name, value: textOf(configMapFiles(source).get(configMapKeyRef.key)) };
    }
    if (secretKeyRef !== undefined) {
      const source = store.find(SECRETS, namespace, secretKeyRef.name);
      return { name, value: textOf(secretFiles(source).get(secretKeyRef.key)) };
    }
    if (fieldRef !== undefined) return { name, value: field(pod, fieldRef.fieldPath) };
    return { name, value: value ?? "" };
  });
}

/** `metadata.name`, `metadata.labels['app']` */
function field(pod: KubeObject, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (keyed !== null) return pod.metadata[keyed[1] as "labels" | "annotations"]?.[keyed[2]] ?? "";
  const value = path.split(".").reduce<unknown>(
    (at, key) => (at as Record<string, unknown> | undefined)?.[key],
    pod,
  );
  return String(value ?? "");
}

function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
