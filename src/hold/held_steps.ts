/** Finds the steps of a run that hold now, by its pods and their logs: for any user's run. */
import type { Kube, Stored } from "../kube/interface.ts";
import { PODS } from "../kube/interface.ts";
import { SHORT_COMMAND_MS } from "../kube/limit.ts";
import { linePieces } from "../kube/lines.ts";
import { isStatus } from "../kube/status.ts";
import { existsCommand, releaseFiles } from "../step/entrypoint.ts";
import { stillHeldCommand } from "../step/scripts.ts";
import type { RunKind } from "../tekton/model.ts";
import type { Pod } from "../tekton/pod.ts";
import { childrenOf } from "../objects/children.ts";
import { hasPod } from "./held_pod.ts";
import { canHold, type Pause } from "./pause.ts";
import { StepLines } from "./step_lines.ts";

export async function findHeldSteps(
  kube: Kube,
  run: { kind: RunKind; namespace: string; name: string },
): Promise<Pause[]> {
  return await heldInPods(kube, await kube.list<Pod>(PODS, childrenOf(run)));
}

export async function heldInPods(kube: Kube, pods: readonly Stored<Pod>[]): Promise<Pause[]> {
  const gates = pods.flatMap((pod) => runningGates(pod).map((container) => ({ pod, container })));
  const found = await Promise.all(
    gates.map(({ pod, container }) => findPause(kube, pod, container)),
  );
  return found.filter((one) => one !== undefined);
}

/** Whether a step that held still holds. Throws ClusterError if the cluster does not say. */
export async function isHeld(kube: Kube, pause: Pause): Promise<boolean> {
  const { namespace, pod, container, gate, postFile } = pause;
  /** Returns the exit code; undefined if the container no longer exists. */
  const exec = async (command: string[]) => {
    try {
      const options = { namespace, pod, container, command, deadlineMs: SHORT_COMMAND_MS };
      return (await kube.exec(options)).exitCode;
    } catch (error) {
      if (isStatus(error, 404) || await hasPod(kube, pause) === false) return undefined;
      throw error;
    }
  };
  if (postFile === undefined) return await exec(stillHeldCommand()) === 0;
  for (const file of releaseFiles(postFile, gate === "onFailure" ? "onFailure" : "beforeStep")) {
    if (await exec(existsCommand(file)) !== 1) return false;
  }
  return true;
}

/** Returns the running containers that may hold. */
function runningGates(pod: Pod): string[] {
  const running = pod.status?.containerStatuses?.filter(({ state }) => state?.running) ?? [];
  return running.map(({ name }) => name).filter((name) => canHold(pod, name));
}

/** A gate writes hardly anything after the line that says that it holds. */
const TAIL_LINES = 10_000;

/** Returns the last pause in the container's log, as it may have held before, if it still holds. */
async function findPause(
  kube: Kube,
  pod: Stored<Pod>,
  container: string,
): Promise<Pause | undefined> {
  const { name, namespace } = pod.metadata;
  let pause: Pause | undefined;
  const place = { namespace, pod: name, container };
  const log = await kube.logs({ ...place, tailLines: TAIL_LINES });
  const lines = new StepLines(pod, container);
  for await (const pieces of linePieces(log)) {
    for (const piece of pieces) pause = lines.read(piece).pause ?? pause;
  }
  return pause !== undefined && await isHeld(kube, pause) ? pause : undefined;
}
