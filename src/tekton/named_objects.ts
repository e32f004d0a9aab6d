/** The objects of a namespace that a run names, without which its pods do not start. Pure. */
import { isRecord } from "../shape.ts";
import type { Run, WorkspaceBinding } from "./model.ts";
import { skippedTasks } from "./skipped_tasks.ts";
import { workspacesOf } from "./unused_workspaces.ts";

export type NamedKind = "claim" | "config map" | "secret" | "service account";

export interface NamedObject {
  readonly kind: NamedKind;
  readonly name: string;
  /** The part of the run that names it, as `workspace "source"`; undefined for the whole run. */
  readonly owner?: string;
}

/**
 * Returns each object once. Leaves out names that Tekton has yet to fill in, and what only tasks
 * need that an inline Pipeline is sure to skip.
 */
export function namedObjects(run: Run): NamedObject[] {
  const { spec } = run;
  const skipped = skippedIn(run);
  const specs = list(spec.taskRunSpecs)
    .filter(({ pipelineTaskName }) => !skipped.tasks.has(String(pipelineTaskName)));
  const found = [
    ...(spec.workspaces ?? []).filter(({ name }) => !skipped.workspaces.has(name))
      .flatMap(ofWorkspace),
    ...ofTemplate(spec),
    ...ofTemplate(spec.taskRunTemplate),
    ...specs.flatMap((one) => ofTemplate(one, `task "${one.pipelineTaskName}"`)),
  ].filter(({ name }) => !name.includes("$("));
  return [...Map.groupBy(found, ({ kind, name }) => `${kind} ${name}`).values()]
    .map(([first]) => first);
}

/** Returns the tasks that are sure to be skipped, and the workspaces that only they use. */
function skippedIn(run: Run): { tasks: Set<string>; workspaces: Set<string> } {
  if (run.kind !== "PipelineRun" || run.spec.pipelineSpec === undefined) {
    return { tasks: new Set(), workspaces: new Set() };
  }
  const { pipelineSpec: spec, params = [] } = run.spec;
  const tasks = skippedTasks(spec, params);
  const [unused, used] = [true, false].map((isSkipped) =>
    [...(spec.tasks ?? []), ...(spec.finally ?? [])]
      .filter(({ name }) => tasks.has(name) === isSkipped)
      .flatMap(workspacesOf)
  );
  return { tasks, workspaces: new Set(unused).difference(new Set(used)) };
}

function ofWorkspace(binding: WorkspaceBinding): NamedObject[] {
  return ofVolume(binding, `workspace "${binding.name}"`);
}

/** The parts of a run's spec that shape its pods. */
function ofTemplate(given: unknown, owner?: string): NamedObject[] {
  const { serviceAccountName, podTemplate } = record(given);
  const { volumes, env } = record(podTemplate);
  const inTemplate = owner === undefined ? "the pod template" : `the pod template of ${owner}`;
  return [
    ...named("service account", serviceAccountName, owner),
    ...list(volumes).flatMap((volume) => ofVolume(volume, inTemplate)),
    ...list(env).flatMap(({ valueFrom }) => {
      const { configMapKeyRef, secretKeyRef } = record(valueFrom);
      return [
        ...required("config map", configMapKeyRef, "name", inTemplate),
        ...required("secret", secretKeyRef, "name", inTemplate),
      ];
    }),
  ];
}

/** The source of a volume, or a workspace's binding, which has the same fields. */
function ofVolume(source: object, owner: string): NamedObject[] {
  const { persistentVolumeClaim, configMap, secret, projected } = record(source);
  return [
    ...named("claim", record(persistentVolumeClaim).claimName, owner),
    ...required("config map", configMap, "name", owner),
    ...required("secret", secret, "secretName", owner),
    ...list(record(projected).sources).flatMap((source) => [
      ...required("config map", source.configMap, "name", owner),
      ...required("secret", source.secret, "name", owner),
    ]),
  ];
}

/** Kubernetes starts a pod without an object that is marked as optional. */
function required(kind: NamedKind, given: unknown, field: string, owner: string): NamedObject[] {
  const source = record(given);
  return source.optional === true ? [] : named(kind, source[field], owner);
}

function named(kind: NamedKind, name: unknown, owner?: string): NamedObject[] {
  return typeof name === "string" && name !== ""
    ? [{ kind, name, ...owner === undefined ? {} : { owner } }]
    : [];
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
