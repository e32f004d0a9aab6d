/** Changes by others to the run, its pod and its processes. */
import { type Fault, USUAL_SECONDS } from "./fault.ts";
import { type Process, processesOf } from "../cluster/node.ts";
import type { Moment } from "../proxy/fault_proxy.ts";
import type { FaultContext } from "./context.ts";

/** The time after which watches have reported a change to a pod. */
const SEEN_MS = 500;

function act(name: string, does: (context: FaultContext, moment: Moment) => Promise<void>): Fault {
  return {
    name,
    spot: "answer",
    times: 1,
    codes: () => [0, 1, 3, 4],
    endSeconds: USUAL_SECONDS,
    async strike(moment, context) {
      await does(context, moment);
      await context.pause(SEEN_MS);
      return moment.data;
    },
  };
}

async function eachPod(
  context: FaultContext,
  does: (path: string) => Promise<unknown>,
): Promise<void> {
  const pods = await context.testNamespace.pods();
  if (pods.length === 0) throw new Error("there is no pod");
  for (const { metadata } of pods) {
    await does(`${context.testNamespace.core("pods")}/${metadata.name}`);
  }
}

async function theRun(
  { testNamespace }: FaultContext,
): Promise<{ path: string; isPipeline: boolean }> {
  const [pipelineRun] = await testNamespace.admin.list(testNamespace.tekton("pipelineruns"));
  const [taskRun] = await testNamespace.admin.list(testNamespace.tekton("taskruns"));
  const plural = pipelineRun === undefined ? "taskruns" : "pipelineruns";
  const { name } = (pipelineRun ?? taskRun).metadata;
  return { path: `${testNamespace.tekton(plural)}/${name}`, isPipeline: pipelineRun !== undefined };
}

export const podDeleted = act(
  "pod deleted",
  (context) => eachPod(context, (path) => context.testNamespace.admin.request("DELETE", path)),
);
export const podForced = act(
  "pod deleted by force",
  (context) => eachPod(context, (path) => context.testNamespace.admin.remove(path)),
);
export const podEvicted = act("pod evicted", (context) =>
  eachPod(context, async (path) => {
    const name = path.split("/").at(-1);
    const { namespace } = context.testNamespace;
    const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
    await context.testNamespace.admin.json("POST", `${path}/eviction`, eviction);
  }));

export const runCancelled = act("run cancelled by another", async (context) => {
  const { path, isPipeline } = await theRun(context);
  const status = isPipeline ? "Cancelled" : "TaskRunCancelled";
  await context.testNamespace.admin.json("PATCH", path, { spec: { status } });
});
export const runDeleted = act("run deleted by another", async (context) => {
  await context.testNamespace.admin.remove((await theRun(context)).path);
});

/** Kills all processes of the uploading container at once. */
export const containerKilled = killing("container killed", () => true);
/** Needs an upload in one lane: with two, one may already have unpacked its part. */
export const tarKilled: Fault = {
  ...killing("tar killed in the pod", ({ name }) => name === "tar"),
  needsClaim: true,
};
export const receiverKilled = killing(
  "receiver killed in the pod",
  ({ command }) => command.includes("/tkn-dev/receive"),
);

function killing(name: string, isOne: (process: Process) => boolean): Fault {
  return act(name, async ({ testNamespace }, { exchange }) => {
    const { pathname, searchParams } = new URL(exchange.target, "https://server");
    const pod = await testNamespace.admin.json("GET", pathname.replace(/\/exec$/, ""));
    const statuses: { name: string; containerID: string }[] = pod.status.containerStatuses;
    const container = statuses.find(({ name }) => name === searchParams.get("container"))!;
    await kill(container.containerID.split("//")[1], isOne);
  });
}

async function kill(container: string, isOne: (process: Process) => boolean): Promise<void> {
  const found = (await processesOf(container)).filter(isOne);
  if (found.length === 0) throw new Error("there is no such process in the pod");
  for (const { pid } of found) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // it ended with another process
    }
  }
}
