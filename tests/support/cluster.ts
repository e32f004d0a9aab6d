/** A cluster for scenarios: applies objects and reads runs. */
import { parseAllDocuments } from "npm:yaml@2.9.1";
import { denoHost } from "../../src/deno/host.ts";
import type { Kube, KubeObject, Resource } from "../../src/kube/interface.ts";
import { isStatus } from "../../src/kube/status.ts";
import {
  PIPELINE_RUNS,
  type PipelineRun,
  PIPELINES,
  STEP_ACTIONS,
  TASK_RUNS,
  TASKS,
} from "../../src/tekton/model.ts";

export interface Cluster {
  /** Undefined for the sandbox, which has only one. */
  readonly context?: string;
  /** Flags for the program: --kubeconfig, the context of an ordinary user, the namespace. */
  readonly flags: readonly string[];
  readonly kube: Kube;
  /** The claim that scenarios share. Each scenario uses its own subPath. */
  readonly claim: string;
}

const core = (plural: string, kind: string): Resource => ({
  group: "",
  version: "v1",
  plural,
  kind,
});

const CONFIG_MAPS = core("configmaps", "ConfigMap");
const SECRETS = core("secrets", "Secret");
const CLAIMS = core("persistentvolumeclaims", "PersistentVolumeClaim");

const RESOURCES: Record<string, Resource> = {
  Task: TASKS,
  Pipeline: PIPELINES,
  ConfigMap: CONFIG_MAPS,
  Secret: SECRETS,
  ServiceAccount: core("serviceaccounts", "ServiceAccount"),
  StepAction: STEP_ACTIONS,
  PersistentVolumeClaim: CLAIMS,
};

const CLAIM = "tkn-dev-test";

/** The user and the namespace of the scenarios. */
export interface Login {
  /** Default: the kubeconfig's current context. */
  readonly context?: string;
  /** Default: the context's namespace. */
  readonly namespace?: string;
}

export async function openCluster(kubeconfig: string, login: Login = {}): Promise<Cluster> {
  const { context, namespace } = login;
  const kube = await denoHost().connect({ kubeconfig, context, namespace });
  await apply(kube, {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: CLAIM },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  });
  const flags = [
    ...["--kubeconfig", kubeconfig],
    ...(context === undefined ? [] : ["-c", context]),
    ...(namespace === undefined ? [] : ["-n", namespace]),
  ];
  return { context, flags, kube, claim: CLAIM };
}

/** Creates an object, or replaces an existing one; an existing claim is kept. */
export async function apply(kube: Kube, object: KubeObject): Promise<void> {
  const resource = RESOURCES[object.kind!];
  try {
    await kube.create(resource, object);
  } catch (error) {
    if (!isStatus(error, 409)) throw error;
    if (resource === CLAIMS) return;
    await kube.delete(resource, kube.namespace, object.metadata.name!);
    await kube.create(resource, object);
  }
}

export async function applyYaml(kube: Kube, text: string): Promise<void> {
  for (const document of parseAllDocuments(text)) await apply(kube, document.toJS());
}

export async function pipelineRuns(kube: Kube): Promise<PipelineRun[]> {
  return await kube.list<PipelineRun>(PIPELINE_RUNS, { namespace: kube.namespace });
}

/**
 * Counts the runs, which a wrong command line must not create. TaskRuns of PipelineRuns do not
 * count, because they still come and go.
 */
export async function runCount(kube: Kube): Promise<number> {
  const taskRuns = await kube.list(TASK_RUNS, { namespace: kube.namespace });
  const own = taskRuns.filter(({ metadata }) => metadata.ownerReferences === undefined);
  return (await pipelineRuns(kube)).length + own.length;
}
