/** The version and the flags of Tekton Pipelines on a cluster, as far as a user may read them. */
import { ExpectedError } from "../errors.ts";
import { type Kube, type KubeObject, PODS } from "../kube/interface.ts";
import { CONFIG_MAPS } from "./core.ts";

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

/** Where Tekton's own releases, and OpenShift, install it. */
const NAMESPACES = ["tekton-pipelines", "openshift-pipelines"];

/**
 * Reads the ConfigMap that Tekton's RoleBinding `tekton-pipelines-info` opens to every
 * authenticated user, else the label of the controller's pod. Returns undefined if neither is
 * readable.
 */
export async function readTektonVersion(kube: Kube): Promise<string | undefined> {
  for (const namespace of NAMESPACES) {
    const version = await unlessRefused(() => versionOfInfo(kube, namespace)) ??
      await unlessRefused(() => versionOfController(kube, namespace));
    if (version !== undefined) return version;
  }
  return undefined;
}

/** Tekton's feature flags: https://tekton.dev/docs/pipelines/additional-configs/ */
export interface FeatureFlags {
  /** Where their ConfigMap is. */
  readonly namespace: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Reads the ConfigMap of the flags. Returns undefined if it is not readable. */
export async function readFeatureFlags(kube: Kube): Promise<FeatureFlags | undefined> {
  for (const namespace of NAMESPACES) {
    const read = () => kube.get<ConfigMap>(CONFIG_MAPS, namespace, "feature-flags");
    const found = await unlessRefused(read);
    if (found !== undefined) return { namespace, data: found.data ?? {} };
  }
  return undefined;
}

async function versionOfInfo(kube: Kube, namespace: string): Promise<string | undefined> {
  return (await kube.get<ConfigMap>(CONFIG_MAPS, namespace, "pipelines-info")).data?.version;
}

async function versionOfController(kube: Kube, namespace: string): Promise<string | undefined> {
  const labels = "app.kubernetes.io/part-of=tekton-pipelines,app.kubernetes.io/name=controller";
  const [pod] = await kube.list(PODS, { namespace, labels });
  return pod?.metadata.labels?.["app.kubernetes.io/version"];
}

async function unlessRefused<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return undefined;
  }
}
