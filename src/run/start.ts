/** Creates a run, after asking whether the user may do all that an upload takes. */
import { ClusterError, ExpectedError } from "../errors.ts";
import type { Access, Kube, KubeObject } from "../kube/interface.ts";
import { StatusError } from "../kube/status.ts";
import type { Placement } from "../tekton/place.ts";
import { TASK_RUNS, type TaskRun } from "../tekton/model.ts";
import { RESOURCE_OF, type Run, type RunKind } from "./live_run.ts";
import { createTemporary } from "./temporary.ts";

/**
 * Throws ClusterError for the first right that is missing. Without this a run would be created,
 * held, and only then found impossible to reach into.
 */
export async function checkAccess(kube: Kube, namespace: string, kind: RunKind): Promise<void> {
  const [denied] = await kube.denied(namespace, needed(kind));
  if (denied === undefined) return;
  const resource = [denied.resource, denied.subresource].filter(Boolean).join("/");
  const group = denied.group === "" ? "" : `.${denied.group}`;
  throw new ClusterError(
    `Cannot upload in namespace "${namespace}": you may not ${denied.verb} ${resource}${group} (403)`,
    {
      hint: `ask for this right; kubectl auth can-i ${denied.verb} ${denied.resource}${group}${
        denied.subresource === undefined ? "" : ` --subresource=${denied.subresource}`
      } -n ${namespace} checks it`,
    },
  );
}

function needed(kind: RunKind): Access[] {
  const group = "tekton.dev";
  const pods = { group: "", resource: "pods" };
  return [
    { verb: "create", group, resource: RESOURCE_OF[kind].plural },
    { verb: "watch", group, resource: RESOURCE_OF[kind].plural },
    { verb: "watch", group, resource: "taskruns" },
    { verb: "watch", ...pods },
    { verb: "get", ...pods, subresource: "log" },
    // The websocket's upgrade is a GET; servers from 1.35 on want create as well.
    { verb: "get", ...pods, subresource: "exec" },
  ];
}

/** The timeout that the server gives runs that name none; undefined where it does not tell. */
export async function readDefaultTimeout(kube: Kube): Promise<string | undefined> {
  const run: TaskRun = {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: { generateName: "tkn-dev-", namespace: kube.namespace },
    spec: { taskRef: { name: "none" } }, // whether there is one is not looked at
  };
  try {
    return (await kube.create(TASK_RUNS, run, { dryRun: true })).spec.timeout;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return undefined;
  }
}

export interface Created {
  readonly run: Run;
  /** What it refers to and owns, to be removed once that was read. */
  readonly objects: readonly KubeObject[];
  /** Why it was not created inline, in words. */
  readonly why?: string;
}

/** Inline where that is the same and the cluster takes it, else with temporary objects named `name`. */
export async function createRun(kube: Kube, placement: Placement, name: string): Promise<Created> {
  let why = placement.whyNotInline;
  if (why === undefined) {
    try {
      const run = placement.inline();
      return { run: await kube.create<Run>(RESOURCE_OF[run.kind as RunKind], run), objects: [] };
    } catch (error) {
      if (placement.temporary === undefined || !isInlineForbidden(error)) throw error;
      why = "this cluster forbids specs inline (disable-inline-spec)";
    }
  }
  const { run, objects } = placement.temporary!(name);
  return { run: await createTemporary(kube, run, objects), objects, why };
}

/** Tekton's own words for a field that a feature flag forbids. */
function isInlineForbidden(error: unknown): boolean {
  return error instanceof StatusError &&
    /must not set the field\(s\): [^\n]*\b(pipelineSpec|taskSpec)\b/.test(error.message);
}
