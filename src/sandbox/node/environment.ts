/**
 * A container's environment: values, and references to ConfigMaps, Secrets and fields of the pod.
 */
import type { KubeObject } from "../../kube/interface.ts";
import { CONFIG_MAPS, type Kind, SECRETS } from "../store/kinds.ts";
import type { Store } from "../store/store.ts";
import { configMapFiles, secretFiles } from "./volumes.ts";

interface KeyRef {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: KeyRef;
    readonly secretKeyRef?: KeyRef;
    readonly fieldRef?: { fieldPath: string };
    readonly resourceFieldRef?: { resource: string };
  };
}

export interface EnvFrom {
  readonly prefix?: string;
  readonly configMapRef?: { name: string; optional?: boolean };
  readonly secretRef?: { name: string; optional?: boolean };
}

/**
 * A referenced object or key does not exist: the container waits with CreateContainerConfigError.
 */
export class EnvironmentError extends Error {}

export type Environment = ReadonlyMap<string, string>;

/**
 * Returns the environment that the kubelet would make: envFrom first, later names override earlier
 * ones, and only a `value` is expanded, by the variables before it. Throws EnvironmentError.
 */
export function environment(
  { env = [], envFrom = [] }: { env?: readonly EnvVar[]; envFrom?: readonly EnvFrom[] },
  pod: KubeObject,
  store: Store,
): Environment {
  const namespace = pod.metadata.namespace!;
  const result = new Map<string, string>();
  for (const { prefix = "", configMapRef, secretRef } of envFrom) {
    const [kind, ref] = configMapRef === undefined
      ? [SECRETS, secretRef] as const
      : [CONFIG_MAPS, configMapRef] as const;
    const source = new Source(store, kind, namespace, ref?.name ?? "");
    for (const [key, value] of source.all(ref?.optional)) result.set(prefix + key, value);
  }
  for (const { name, value = "", valueFrom } of env) {
    const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom ?? {};
    const ref = configMapKeyRef ?? secretKeyRef;
    if (ref !== undefined) {
      const kind = configMapKeyRef === undefined ? SECRETS : CONFIG_MAPS;
      const text = new Source(store, kind, namespace, ref.name).one(ref);
      if (text !== undefined) result.set(name, text);
    } else if (fieldRef !== undefined) result.set(name, field(pod, fieldRef.fieldPath));
    else if (resourceFieldRef !== undefined) {
      result.set(name, resourceFieldRef.resource === "limits.cpu" ? CPUS : "0");
    } else result.set(name, expand(value, result));
  }
  return result;
}

/** Expands `$(NAME)`; `$$(NAME)` stays as `$(NAME)`. */
export function expand(text: string, env: Environment): string {
  return text.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name) => {
    if (whole === "$$") return "$";
    return env.get(name) ?? whole;
  });
}

/** The node's CPUs are the limit of a container without one. */
const CPUS = String(navigator.hardwareConcurrency);

class Source {
  readonly #object: KubeObject | undefined;

  constructor(
    store: Store,
    private readonly kind: Kind,
    private readonly namespace: string,
    private readonly name: string,
  ) {
    this.#object = store.find(kind, namespace, name);
  }

  all(isOptional = false): [string, string][] {
    if (this.#object === undefined) {
      if (isOptional) return [];
      throw new EnvironmentError(`${this.kind.kind.toLowerCase()} "${this.name}" not found`);
    }
    const files = this.kind === SECRETS ? secretFiles(this.#object) : configMapFiles(this.#object);
    return [...files].map(([key, bytes]) => [key, new TextDecoder().decode(bytes)]);
  }

  one({ key, optional }: KeyRef): string | undefined {
    const found = this.all(optional).find(([each]) => each === key);
    if (found !== undefined || optional) return found?.[1];
    throw new EnvironmentError(
      `couldn't find key ${key} in ${this.kind.kind} ${this.namespace}/${this.name}`,
    );
  }
}

/** Fields that the pod's status has once it runs. */
const NODE_FIELDS: Record<string, string> = {
  "spec.nodeName": "sandbox",
  "status.hostIP": "127.0.0.1",
  "status.podIP": "127.0.0.1",
};

/** Reads a field of the pod: `metadata.name`, `metadata.labels['app']`. */
function field(pod: KubeObject, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (keyed !== null) return pod.metadata[keyed[1] as "labels" | "annotations"]?.[keyed[2]] ?? "";
  const value = path.split(".").reduce<unknown>(
    (at, key) => (at as Record<string, unknown> | undefined)?.[key],
    pod,
  );
  return NODE_FIELDS[path] ?? String(value ?? "");
}
