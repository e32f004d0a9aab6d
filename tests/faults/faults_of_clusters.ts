/** What others do to the run, its pod and its processes meanwhile. */
import { type Fault, USUAL_SECONDS } from "./fault.ts";
import { type Process, processesOf } from "./node.ts";
import type { Moment } from "./proxy/fault_proxy.ts";
import type { World } from "./world.ts";

/** By then what was done to a pod has reached who watches it. */
const SEEN_MS = 500;

function act(name: string, does: (world: World, moment: Moment) => Promise<void>): Fault {
  return {
    name,
    spot: "answer",
    times: 1,
    codes: () => [0, 1, 3, 4],
    endSeconds: USUAL_SECONDS,
    async strike(moment, world) {
      await does(world, moment);
      await world.pause(SEEN_MS);
      return moment.data;
    },
  };
}

async function eachPod(world: World, does: (path: string) => Promise<unknown>): Promise<void> {
  const pods = await world.room.pods();
  if (pods.length === 0) throw new Error("there is no pod");
  for (const { metadata } of pods) await does(`${world.room.core("pods")}/${metadata.name}`);
}

async function theRun({ room }: World): Promise<{ path: string; isPipeline: boolean }> {
  const [pipelineRun] = await room.admin.list(room.tekton("pipelineruns"));
  const [taskRun] = await room.admin.list(room.tekton("taskruns"));
  const plural = pipelineRun === undefined ? "taskruns" : "pipelineruns";
  const { name } = (pipelineRun ?? taskRun).metadata;
  return { path: `${room.tekton(plural)}/${name}`, isPipeline: pipelineRun !== undefined };
}

export const podDeleted = act(
  "pod deleted",
  (world) => eachPod(world, (path) => world.room.admin.request("DELETE", path)),
);
export const podForced = act(
  "pod deleted by force",
  (world) => eachPod(world, (path) => world.room.admin.remove(path)),
);
export const podEvicted = act("pod evicted", (world) =>
  eachPod(world, async (path) => {
    const name = path.split("/").at(-1);
    const { namespace } = world.room;
    const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
    await world.room.admin.json("POST", `${path}/eviction`, eviction);
  }));

export const runCancelled = act("run cancelled by another", async (world) => {
  const { path, isPipeline } = await theRun(world);
  const status = isPipeline ? "Cancelled" : "TaskRunCancelled";
  await world.room.admin.json("PATCH", path, { spec: { status } });
});
export const runDeleted = act("run deleted by another", async (world) => {
  await world.room.admin.remove((await theRun(world)).path);
});

/** Of the container in which the upload is, all processes at once. */
export const containerKilled = killing("container killed", () => true);
/** Of an upload that goes in one part: of two halves one may be unpacked already. */
export const tarKilled: Fault = {
  ...killing("tar killed in the pod", ({ name }) => name === "tar"),
  needsClaim: true,
};
export const receiverKilled = killing(
  "receiver killed in the pod",
  ({ command }) => command.includes("/tkn-dev/receive"),
);

function killing(name: string, isOne: (process: Process) => boolean): Fault {
  return act(name, async ({ room }, { exchange }) => {
    const { pathname, searchParams } = new URL(exchange.target, "https://server");
    const pod = await room.admin.json("GET", pathname.replace(/\/exec$/, ""));
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
      if (!(error instanceof Deno.errors.NotFound)) throw error; // it has ended with another
    }
  }
}
