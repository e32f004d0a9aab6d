/** A cluster to run scenarios on, and its side of the story: objects applied, runs looked at. */
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
  /** Undefined: the only one there is. */
  readonly context?: string;
  /** What scenarios give the program: --kubeconfig, the context of an ordinary user, the namespace. */
  readonly flags: readonly string[];
  readonly kube: Kube;
  /** The volume that scenarios share; each uses a subPath of its own. */
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

/** How scenarios come to it. */
export interface Login {
  /** Undefined: the kubeconfig's current one. */
  readonly context?: string;
  /** Undefined: the context's. */
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

/** Creates an object, or makes it anew where one of its name is there; a claim is kept. */
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

/** What a bad command line must not leave behind. The TaskRuns of a PipelineRun still come and go. */
export async function runCount(kube: Kube): Promise<number> {
  const taskRuns = await kube.list(TASK_RUNS, { namespace: kube.namespace });
  const own = taskRuns.filter(({ metadata }) => metadata.ownerReferences === undefined);
  return (await pipelineRuns(kube)).length + own.length;
}
