/** Lists as tables, the format that `kubectl get` requests. */
import type { KubeObject } from "../../kube/interface.ts";
import type { Pod } from "../../tekton/pod.ts";
import type { Kind } from "../store/kinds.ts";

type Cell = string | number;
type Column = readonly [name: string, cell: (object: KubeObject) => Cell];

const NAME: Column = ["Name", (object) => object.metadata.name ?? ""];
const AGE: Column = ["Age", (object) => age(object.metadata.creationTimestamp)];
const RUN: Column[] = [
  NAME,
  ["Succeeded", (object) => succeeded(object)?.status ?? ""],
  ["Reason", (object) => succeeded(object)?.reason ?? ""],
  ["StartTime", (object) => age(statusOf(object).startTime as string | undefined)],
  ["CompletionTime", (object) => age(statusOf(object).completionTime as string | undefined)],
];
const POD: Column[] = [
  NAME,
  ["Ready", ready],
  ["Status", (object) => String(statusOf(object).phase ?? "")],
  ["Restarts", () => 0],
  AGE,
];
const COLUMNS: Record<string, Column[]> = { PipelineRun: RUN, TaskRun: RUN, Pod: POD };

export function isTableWanted(accept: string | null): boolean {
  return /as=Table/.test(accept ?? "") && /v=v1(?:;|,|$)/.test(accept ?? "");
}

export function table(kind: Kind, objects: readonly KubeObject[], resourceVersion: string) {
  const columns = COLUMNS[kind.kind] ?? [NAME, AGE];
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion },
    columnDefinitions: columns.map(([name]) => ({
      name,
      type: name === "Restarts" ? "integer" : "string",
      format: name === "Name" ? "name" : "",
      description: "",
      priority: 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(([, cell]) => cell(object)),
      object: {
        kind: "PartialObjectMetadata",
        apiVersion: "meta.k8s.io/v1",
        metadata: object.metadata,
      },
    })),
  };
}

function statusOf(object: KubeObject): Record<string, unknown> {
  return (object.status ?? {}) as Record<string, unknown>;
}

function succeeded(object: KubeObject): { status: string; reason?: string } | undefined {
  const conditions = (statusOf(object).conditions ?? []) as { type: string; status: string }[];
  return conditions.find(({ type }) => type === "Succeeded");
}

function ready(object: KubeObject): string {
  const { spec, status } = object as Pod;
  const count = (status?.containerStatuses ?? []).filter((container) => container.ready).length;
  return `${count}/${spec?.containers?.length ?? 0}`;
}

/** Formats the time since then as kubectl does: `5s`, `3m10s`, `2h`. */
function age(time: string | undefined): string {
  if (time === undefined) return "";
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 600) return `${Math.floor(seconds / 60)}m${seconds % 60 ? `${seconds % 60}s` : ""}`;
  return seconds < 10_800 ? `${Math.floor(seconds / 60)}m` : `${Math.floor(seconds / 3600)}h`;
}
