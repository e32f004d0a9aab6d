/** Reads the description of a held step from its pod and its TaskRun. */
import { ExpectedError } from "../errors.ts";
import { type Kube, PODS, type Stored } from "../kube/interface.ts";
import { type HeldFacts, mountedWorkspaces, paramsOf } from "../tekton/breakpoint/held_facts.ts";
import { LABEL, TASK_RUNS, type TaskRun } from "../tekton/model.ts";
import type { Pod } from "../tekton/pod.ts";
import { howHeld, type Pause, stepPath } from "./pause.ts";

/** Returns the step's pod and TaskRun; the latter only if the user may read it. */
export async function readTaskRun(
  kube: Kube,
  pause: Pause,
): Promise<{ pod: Stored<Pod>; taskRun?: Stored<TaskRun> }> {
  const { namespace } = pause;
  const pod = await kube.get<Pod>(PODS, namespace, pause.pod);
  const name = pod.metadata.labels?.[LABEL.taskRun] ?? "";
  try {
    return { pod, taskRun: await kube.get<TaskRun>(TASK_RUNS, namespace, name) };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return { pod };
  }
}

export async function readHeldStepInfo(kube: Kube, pause: Pause): Promise<HeldFacts> {
  const { pod, taskRun } = await readTaskRun(kube, pause);
  const { container, image, said } = pause;
  return {
    place: stepPath(pause),
    how: howHeld(pause),
    pod: pause.pod,
    container,
    image,
    workspaces: taskRun === undefined ? [] : mountedWorkspaces(taskRun, pod, container),
    params: taskRun === undefined ? [] : paramsOf(taskRun),
    said: pause.exitCode === undefined ? [] : said,
  };
}
