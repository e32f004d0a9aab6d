/** A container with a shell beside a held step whose image has none: Kubernetes' ephemeral containers. */
import { ClusterError } from "../errors.ts";
import type { Clock } from "../host.ts";
import { type Kube, PODS } from "../kube/interface.ts";
import { isStatus, UnreachableError } from "../kube/status.ts";
import type { Pod, PodContainer } from "../tekton/model.ts";
import { type Pause, stepPath } from "./pause.ts";

interface EphemeralPod extends Pod {
  spec: Pod["spec"] & { ephemeralContainers?: { name: string }[] };
  status: Pod["status"] & {
    ephemeralContainerStatuses?: {
      name: string;
      state?: {
        running?: unknown;
        waiting?: { reason?: string; message?: string };
        terminated?: unknown;
      };
    }[];
  };
}

/** How long an image may take to be pulled. */
const START_MS = 120_000;

/**
 * The place of a container of that image in the step's pod, running: it sees the step's processes,
 * and the volumes that can be mounted in such a container (those of a subPath can't). Throws ClusterError
 * where the user may not add one, or it does not start.
 */
export async function addDebugContainer(
  kube: Kube,
  clock: Clock,
  pause: Pause,
  image: string,
  suffix: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<Pause> {
  const { namespace, pod, container: target } = pause;
  const name = `tkn-dev-${suffix}`;
  await checkAllowed(kube, pause);
  await addOnce(kube, { namespace, pod, name }, ({ spec }) => ({
    name,
    image,
    command: ["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done"],
    targetContainerName: target,
    volumeMounts: mountable(spec.containers?.find((one) => one.name === target)),
  }));
  await awaitStart(kube, clock, pause, name, signal);
  return { ...pause, container: name };
}

const TRIES = 3;

/**
 * The patch has all of the pod's containers: it is refused where another one was added meanwhile, and
 * one whose answer was lost may have added this one.
 */
async function addOnce(
  kube: Kube,
  { namespace, pod, name }: { namespace: string; pod: string; name: string },
  make: (pod: EphemeralPod) => { name: string },
): Promise<void> {
  for (let tries = 1;; tries++) {
    const found = await kube.get<EphemeralPod>(PODS, namespace, pod);
    const before = found.spec.ephemeralContainers ?? [];
    if (before.some((one) => one.name === name)) return;
    const patch = { spec: { ephemeralContainers: [...before, make(found)] } };
    try {
      await kube.patch(PODS, namespace, pod, patch, "ephemeralcontainers");
      return;
    } catch (error) {
      const mayPass = error instanceof UnreachableError || isStatus(error, 409) ||
        isStatus(error, 422) || isStatus(error, 504);
      if (!mayPass || tries === TRIES) throw error;
    }
  }
}

async function checkAllowed(kube: Kube, pause: Pause): Promise<void> {
  const right = { verb: "patch", group: "", resource: "pods", subresource: "ephemeralcontainers" };
  const [denied] = await kube.denied(pause.namespace, [right]);
  if (denied === undefined) return;
  throw new ClusterError(
    `Cannot add a debugging container beside step "${
      stepPath(pause)
    }": you may not patch pods/ephemeralcontainers (403)`,
    {
      hint: "ask for this right; without a shell there are still continue, fail-continue and run",
    },
  );
}

function mountable(own: PodContainer | undefined): PodContainer["volumeMounts"] {
  return own?.volumeMounts?.filter((mount) =>
    !("subPath" in mount) && !("subPathExpr" in mount) && !mount.mountPath.startsWith("/tekton/run")
  );
}

async function awaitStart(
  kube: Kube,
  clock: Clock,
  pause: Pause,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  clock.delay(START_MS, AbortSignal.any([signal, over.signal])).then(() => over.abort(), () => {});
  const either = AbortSignal.any([signal, over.signal]);
  const selector = { namespace: pause.namespace, fields: `metadata.name=${pause.pod}` };
  let why = "it did not start in time";
  try {
    for await (const { object } of kube.watch<EphemeralPod>(PODS, selector, either)) {
      const state = object.status?.ephemeralContainerStatuses?.find((one) => one.name === name)
        ?.state;
      if (state?.running !== undefined) return;
      const { reason = "", message = "" } = state?.waiting ?? {};
      if (state?.terminated !== undefined) why = "it ended at once";
      else if (/Err|BackOff/.test(reason)) why = `${reason}: ${message}`;
      else continue;
      break;
    }
  } catch (error) {
    if (!either.aborted) throw error;
  } finally {
    over.abort();
  }
  signal.throwIfAborted();
  throw new ClusterError(
    `Cannot start a debugging container beside "${stepPath(pause)}": ${why}`,
    {
      hint: "has the image a shell, and can it be pulled? See --debug-image",
    },
  );
}
