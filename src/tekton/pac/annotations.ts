/**
 * The annotations of Pipelines-as-Code on a run: when it starts, and which Tasks and Pipeline it
 * needs. Pure.
 *
 * Source: https://pipelinesascode.com/docs/guide/resolver/
 */
import type { ObjectMeta } from "../../kube/interface.ts";

const GROUP = "pipelinesascode.tekton.dev/";

/** Whether the run is written for Pipelines-as-Code. */
export function isForPac({ annotations = {} }: ObjectMeta): boolean {
  return Object.keys(annotations).some((key) => key.startsWith(GROUP));
}

/** A Task or Pipeline that an annotation names. */
export interface PacReference {
  readonly kind: "Task" | "Pipeline";
  /** As the annotation has it: `git-clone:0.9`, `.tekton/tasks/test.yaml`, `https://…`. */
  readonly text: string;
  readonly place: PacPlace;
}

/** Where Pipelines-as-Code looks for it. */
export type PacPlace =
  | { readonly url: string }
  /** A path in the repository. */
  | { readonly path: string }
  /** `catalog` is undefined for the default hub, `version` for the latest. */
  | { readonly name: string; readonly version?: string; readonly catalog?: string };

/**
 * Returns the Tasks that the annotations `task`, `task-1` and so on of a run or a Pipeline name, in
 * order. Those of a Pipeline at the URL `base` may be relative to it.
 */
export function pacTasks({ annotations = {} }: ObjectMeta, base?: string): PacReference[] {
  return Object.keys(annotations).filter((key) => TASK.test(key)).sort()
    .flatMap((key) => listed(annotations[key]))
    .map((text) => base === undefined ? text : relativeTo(base, text))
    .map((text) => ({ kind: "Task", text, place: placeOf(text) }));
}

/** Returns the Pipelines that the annotation `pipeline` of a run names: there should be one. */
export function pacPipelines({ annotations = {} }: ObjectMeta): PacReference[] {
  return listed(annotations[`${GROUP}pipeline`] ?? "")
    .map((text) => ({ kind: "Pipeline", text, place: placeOf(text) }));
}

const TASK = /^pipelinesascode\.tekton\.dev\/task(-[0-9]+)?$/;

/** All but another URL is a path beside the Pipeline's file, also the name of a Task. */
function relativeTo(base: string, text: string): string {
  if (/^\w[\w+.-]*:\/\/[^/]/.test(text)) return text;
  const url = new URL(base);
  url.pathname = url.pathname.replace(/[^/]*$/, text.replace(/^\/+/, ""));
  return url.href;
}

function placeOf(text: string): PacPlace {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return { url: text };
  const [, catalog, rest] = /^([^/:]+):\/\/(.*)$/.exec(text) ?? [, undefined, text];
  if (catalog === undefined && rest.includes("/")) return { path: rest };
  const [name, version] = rest.split(":");
  return {
    name,
    ...(version === undefined ? {} : { version }),
    ...(catalog === undefined ? {} : { catalog }),
  };
}

/** Returns the events of the run's annotation on-event: `pull_request`, `push`. */
export function pacEvents({ annotations = {} }: ObjectMeta): string[] {
  const text = annotations[`${GROUP}on-event`];
  if (text !== undefined) return listed(text);
  const cel = annotations[`${GROUP}on-cel-expression`] ?? "";
  return ["pull_request", "push"].filter((event) => cel.includes(event));
}

/** Returns the first target branch of the annotation that is a name, not a pattern. */
export function pacTargetBranch({ annotations = {} }: ObjectMeta): string | undefined {
  const text = annotations[`${GROUP}on-target-branch`];
  if (text === undefined) return undefined;
  const found = listed(text).find((one) => !/[*?^$()[\]{}|\\]/.test(one));
  return found?.replace(/^refs\/heads\//, "");
}

/** Returns labels or annotations without those of Pipelines-as-Code, which would act on them. */
export function withoutPac(
  fields: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields ?? {}).filter(([key]) => !key.startsWith(GROUP)),
  );
}

/** Reads `[a, b]`, or a text as a list of one. Commas in an item are written as `&#44;`. */
function listed(text: string): string[] {
  const inner = /^\s*\[(.*)\]\s*$/s.exec(text)?.[1];
  const items = inner === undefined ? [text] : inner.split(",");
  return items.map((item) => item.trim().replace(/^(["'])(.*)\1$/, "$2").replaceAll("&#44;", ","))
    .filter((item) => item !== "");
}
