/** Creates a run, after asking whether the user may do all that an upload takes. */
import { ClusterError, ExpectedError } from "../errors.ts";
import type { Access, Kube, Stored } from "../kube/interface.ts";
import { isStatus, StatusError } from "../kube/status.ts";
import type { RunManifest } from "../tekton/run_manifest.ts";
import { RESOURCE_OF, type Run, type RunKind, TASK_RUNS, type TaskRun } from "../tekton/model.ts";
import { createOnce, type Creating, withFreeName } from "../objects/create_once.ts";
import { type CreatedRun, createTemporary } from "./temporary.ts";

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
  return (await tryTaskRun(kube))?.spec.timeout;
}

/** Milliseconds since the epoch; undefined where the server does not tell. */
export async function readServerTime(kube: Kube): Promise<number | undefined> {
  const timeMs = Date.parse((await tryTaskRun(kube))?.metadata.creationTimestamp ?? "");
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** A TaskRun as the server would store it; undefined where it would not. */
async function tryTaskRun(kube: Kube): Promise<Stored<TaskRun> | undefined> {
  const run: TaskRun = {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: { generateName: "tkn-dev-", namespace: kube.namespace },
    spec: { taskRef: { name: "none" } }, // whether there is one is not looked at
  };
  try {
    return await kube.create(TASK_RUNS, run, { dryRun: true });
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return undefined;
  }
}

export interface Created extends CreatedRun {
  /** Why it was not created inline, in words. */
  readonly why?: string;
}

/**
 * Inline where that is the same and the cluster takes it, else with temporary objects: inline the
 * webhook judges, and a feature flag may forbid, what by reference is right.
 */
export async function createRun(creating: Creating, runManifest: RunManifest): Promise<Created> {
  if (runManifest.whyNotInline !== undefined) {
    return await createByReference(creating, runManifest, runManifest.whyNotInline);
  }
  try {
    const placed: Run = runManifest.inline();
    const run = await createOnce(creating, RESOURCE_OF[placed.kind], placed);
    return { run, objects: [], owned: Promise.resolve() };
  } catch (error) {
    const why = whyRefused(error);
    if (runManifest.temporary === undefined || why === undefined) throw error;
    return await createByReference(creating, runManifest, why).catch((other) => {
      throw isStatus(other, 403) ? error : other;
    });
  }
}

async function createByReference(
  creating: Creating,
  runManifest: RunManifest,
  why: string,
): Promise<Created> {
  const created = await withFreeName(runManifest.inline(), () => {
    return createTemporary(creating, runManifest.temporary!(`tkn-dev-${creating.random(6)}`));
  });
  return { ...created, why };
}

/** In words, where it is Tekton's webhook that refuses a run, or fails on it. */
function whyRefused(error: unknown): string | undefined {
  if (!(error instanceof StatusError)) return undefined;
  const { message = "" } = error.status;
  if (!/admission webhook|failed calling webhook/.test(message)) return undefined;
  return /must not set the field\(s\): [^\n]*\b(pipelineSpec|taskSpec)\b/.test(message)
    ? "this cluster forbids specs inline (disable-inline-spec)"
    : `inline it is refused: ${message}`;
}
