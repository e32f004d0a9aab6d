/** Finds the steps of a run that hold now. */
import type { Kube } from "../kube/interface.ts";
import { PODS } from "../kube/interface.ts";
import { GATE_DIRECTORY, readHeldLine, stillHeldCommand } from "../step/scripts.ts";
import { LABEL, type Pod } from "../tekton/model.ts";
import { STEP_PREFIX } from "../tekton/pod_state.ts";
import { lines } from "../kube/lines.ts";
import type { RunKind } from "./live_run.ts";
import type { HeldPlace } from "./release.ts";

export interface FoundStep extends HeldPlace {
  /** Undefined in a TaskRun. */
  readonly task?: string;
  /** The step whose work it is about: the same one, or the next. */
  readonly of: string;
  readonly image: string;
  /** The workspace's path in the container; "" where there is none, or it is not known. */
  readonly directory: string;
  /** RFC 3339: when the container began. */
  readonly since?: string;
}

export async function heldSteps(
  kube: Kube,
  { kind, namespace, name }: { kind: RunKind; namespace: string; name: string },
): Promise<FoundStep[]> {
  const label = kind === "PipelineRun" ? LABEL.pipelineRun : LABEL.taskRun;
  const pods = await kube.list<Pod>(PODS, { namespace, labels: `${label}=${name}` });
  const gates = pods.flatMap((pod) => gateContainers(pod).map((container) => ({ pod, container })));
  const found = await Promise.all(gates.map(({ pod, container }) => look(kube, pod, container)));
  return found.filter((one) => one !== undefined);
}

/** Those that a gate was put into and that run. */
function gateContainers(pod: Pod): string[] {
  const running = pod.status?.containerStatuses?.filter(({ state }) => state?.running) ?? [];
  return (pod.spec?.containers ?? [])
    .filter(({ volumeMounts }) =>
      volumeMounts?.some(({ mountPath }) => mountPath === GATE_DIRECTORY)
    )
    .map(({ name }) => name)
    .filter((name) => running.some((status) => status.name === name));
}

async function look(kube: Kube, pod: Pod, container: string): Promise<FoundStep | undefined> {
  const { name, namespace, labels } = pod.metadata;
  const place = { namespace: namespace!, pod: name!, container };
  const said = await firstHeldLine(kube, place);
  if (said === undefined) return undefined;
  if (said.gate === "script") {
    const { exitCode } = await kube.exec({ ...place, command: stillHeldCommand() });
    if (exitCode !== 0) return undefined;
  }
  const names = (pod.spec?.containers ?? []).map((container) => container.name);
  const next = said.gate === "script" ? container : names[names.indexOf(container) + 1];
  return {
    ...place,
    task: labels?.[LABEL.pipelineTask],
    step: container.slice(STEP_PREFIX.length),
    of: next.slice(STEP_PREFIX.length),
    gate: said.gate,
    image: pod.spec?.containers?.find((one) => one.name === container)?.image ?? "",
    directory: said.directory,
    since: pod.status?.containerStatuses?.find((one) => one.name === container)?.state?.running
      ?.startedAt,
  };
}

async function firstHeldLine(
  kube: Kube,
  place: { namespace: string; pod: string; container: string },
): Promise<ReturnType<typeof readHeldLine>> {
  for await (const line of lines(await kube.logs(place))) {
    const said = readHeldLine(line);
    if (said !== undefined) return said;
  }
}
