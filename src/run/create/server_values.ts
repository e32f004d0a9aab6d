/** Reads values that only the API server knows, from a server-side dry run of a TaskRun. */
import { ExpectedError } from "../../errors.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { TASK_RUNS, type TaskRun } from "../../tekton/model.ts";

/** Returns the server's default timeout for runs; undefined if the dry run is refused. */
export async function readDefaultTimeout(kube: Kube): Promise<string | undefined> {
  return (await dryRunTaskRun(kube))?.spec.timeout;
}

/** Returns milliseconds since the epoch; undefined if the dry run is refused. */
export async function readServerTime(kube: Kube): Promise<number | undefined> {
  const timeMs = Date.parse((await dryRunTaskRun(kube))?.metadata.creationTimestamp ?? "");
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** Returns a TaskRun as the server would store it; undefined if the server refuses it. */
async function dryRunTaskRun(kube: Kube): Promise<Stored<TaskRun> | undefined> {
  const run: TaskRun = {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: { generateName: "tkn-dev-", namespace: kube.namespace },
    spec: { taskRef: { name: "none" } }, // a dry run does not look the Task up
  };
  try {
    return await kube.create(TASK_RUNS, run, { dryRun: true });
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return undefined;
  }
}
