/** Finds the steps of a run that hold now: by its pods and their logs alone, whoever started it. */
import type { Kube, Stored } from "../kube/interface.ts";
import { PODS } from "../kube/interface.ts";
import { SHORT_COMMAND_MS } from "../kube/limit.ts";
import { linePieces } from "../kube/lines.ts";
import { isStatus } from "../kube/status.ts";
import { existsCommand, releaseFiles } from "../step/entrypoint.ts";
import { stillHeldCommand } from "../step/scripts.ts";
import type { Pod, RunKind } from "../tekton/model.ts";
import { childrenOf } from "../objects/children.ts";
import { hasPod } from "./held_pod.ts";
import { canHold, type Pause } from "./pause.ts";
import { StepLines } from "./step_lines.ts";

export async function heldSteps(
  kube: Kube,
  run: { kind: RunKind; namespace: string; name: string },
): Promise<Pause[]> {
  return await heldInPods(kube, await kube.list<Pod>(PODS, childrenOf(run)));
}

export async function heldInPods(kube: Kube, pods: readonly Stored<Pod>[]): Promise<Pause[]> {
  const gates = pods.flatMap((pod) => runningGates(pod).map((container) => ({ pod, container })));
  const found = await Promise.all(gates.map(({ pod, container }) => look(kube, pod, container)));
  return found.filter((one) => one !== undefined);
}

/** Whether a step that was seen to hold does so still. Throws ClusterError where that can't be told. */
export async function isHeld(kube: Kube, pause: Pause): Promise<boolean> {
  const { namespace, pod, container, gate, postFile } = pause;
  /** Undefined where the container is gone. */
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

/** The containers that run and may hold. */
function runningGates(pod: Pod): string[] {
  const running = pod.status?.containerStatuses?.filter(({ state }) => state?.running) ?? [];
  return running.map(({ name }) => name).filter((name) => canHold(pod, name));
}

/** A gate says that it holds once its work is done: hardly anything is said after that. */
const TAIL_LINES = 10_000;

/** Of all that a container said the last pause counts: it may have held before. */
async function look(kube: Kube, pod: Stored<Pod>, container: string): Promise<Pause | undefined> {
  const { name, namespace } = pod.metadata;
  let pause: Pause | undefined;
  const place = { namespace, pod: name, container };
  const log = await kube.logs({ ...place, tailLines: TAIL_LINES });
  const lines = new StepLines(pod, container);
  for await (const piece of linePieces(log)) pause = lines.read(piece).pause ?? pause;
  return pause !== undefined && await isHeld(kube, pause) ? pause : undefined;
}
