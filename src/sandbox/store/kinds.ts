/** The kinds that the sandbox serves. */
import type { Resource } from "../../kube/interface.ts";
import {
  PIPELINE_RUNS,
  PIPELINES,
  RESOLUTION_REQUESTS,
  TASK_RUNS,
  TASKS,
} from "../../tekton/model.ts";

export interface Kind extends Resource {
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
}

export const PODS: Kind = core("pods", "Pod", ["po"]);
export const NAMESPACES: Kind = { ...core("namespaces", "Namespace", ["ns"]), namespaced: false };
export const EVENTS: Kind = core("events", "Event", ["ev"]);
export const CONFIG_MAPS: Kind = core("configmaps", "ConfigMap", ["cm"]);
export const SECRETS: Kind = core("secrets", "Secret");
export const VOLUME_CLAIMS: Kind = core("persistentvolumeclaims", "PersistentVolumeClaim", ["pvc"]);
export const SERVICE_ACCOUNTS: Kind = core("serviceaccounts", "ServiceAccount", ["sa"]);

export const KINDS: readonly Kind[] = [
  PODS,
  NAMESPACES,
  EVENTS,
  CONFIG_MAPS,
  SECRETS,
  VOLUME_CLAIMS,
  SERVICE_ACCOUNTS,
  { ...TASKS, namespaced: true },
  { ...PIPELINES, namespaced: true },
  { ...TASK_RUNS, namespaced: true, shortNames: ["tr", "trs"] },
  { ...PIPELINE_RUNS, namespaced: true, shortNames: ["pr", "prs"] },
  { ...RESOLUTION_REQUESTS, namespaced: true },
];

export const TASK = kindOf("Task");
export const PIPELINE = kindOf("Pipeline");
export const TASK_RUN = kindOf("TaskRun");
export const PIPELINE_RUN = kindOf("PipelineRun");
export const RESOLUTION_REQUEST = kindOf("ResolutionRequest");

export function apiVersionOf(kind: Resource): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}

function kindOf(name: string): Kind {
  return KINDS.find((kind) => kind.kind === name)!;
}

function core(plural: string, kind: string, shortNames?: string[]): Kind {
  return { group: "", version: "v1", plural, kind, namespaced: true, shortNames };
}
