/** Adds a container with a shell beside a held step whose image has no shell. */
import { ClusterError } from "../errors.ts";
import type { Clock } from "../host.ts";
import { Scope } from "../async/scope.ts";
import { type Kube, PODS } from "../kube/interface.ts";
import { isStatus, UnreachableError } from "../kube/status.ts";
import type { Pod, PodContainer } from "../tekton/pod.ts";
import { type Pause, stepPath } from "./pause.ts";

/** A pod with ephemeral containers, as far as they are read here. */
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

/** The limit for the container's start, which may include pulling its image. */
const START_MS = 120_000;

export interface DebugContainerOptions {
  readonly clock: Clock;
  readonly image: string;
  /** Makes the container's name unique in its pod. */
  readonly suffix: string;
  readonly signal?: AbortSignal;
}

/**
 * Adds an ephemeral container of the image to the step's pod, and returns the pause with it once it
 * runs. The container sees the step's processes and its volumes, but not volumes mounted with a
 * subPath. It has the step's user and restrictions, with which the namespace let the step in.
 * Throws ClusterError if the user may not add a container, or if it does not start.
 */
export async function addDebugContainer(
  kube: Kube,
  pause: Pause,
  { clock, image, suffix, signal = new AbortController().signal }: DebugContainerOptions,
): Promise<Pause> {
  const { namespace, pod, container: target } = pause;
  const name = `tkn-dev-${suffix}`;
  await checkAllowed(kube, pause);
  await addOnce(kube, { namespace, pod, name }, ({ spec }) => {
    const beside = spec.containers?.find((one) => one.name === target);
    const { securityContext } = beside ?? {};
    return {
      name,
      image,
      command: ["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done"],
      targetContainerName: target,
      ...(securityContext === undefined ? {} : { securityContext }),
      volumeMounts: mountable(beside),
    };
  });
  await awaitStart(kube, pause, { clock, name, signal });
  return { ...pause, container: name };
}

const MOST_TRIES = 3;

/**
 * Tries again if the pod has changed: the patch lists all ephemeral containers, and the server
 * refuses it after another container was added. A patch whose answer was lost may have succeeded.
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
      if (!mayPass || tries === MOST_TRIES) throw error;
    }
  }
}

async function checkAllowed(kube: Kube, pause: Pause): Promise<void> {
  const right = { verb: "patch", group: "", resource: "pods", subresource: "ephemeralcontainers" };
  const [denied] = await kube.denied(pause.namespace, [right]);
  if (denied === undefined) return;
  throw new ClusterError(
    `Cannot add a debugging container beside step "${stepPath(pause)}": ` +
      "you may not patch pods/ephemeralcontainers (403)",
    { hint: "ask for this right; continue, fail-continue and run work without a shell" },
  );
}

function mountable(target: PodContainer | undefined): PodContainer["volumeMounts"] {
  return target?.volumeMounts?.filter((mount) =>
    !("subPath" in mount) && !("subPathExpr" in mount) && !mount.mountPath.startsWith("/tekton/run")
  );
}

async function awaitStart(
  kube: Kube,
  pause: Pause,
  { clock, name, signal }: { clock: Clock; name: string; signal: AbortSignal },
): Promise<void> {
  using scope = new Scope(signal);
  const late = new AbortController();
  clock.delay(START_MS, scope.signal).then(() => late.abort(), () => {});
  const either = AbortSignal.any([scope.signal, late.signal]);
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
  }
  signal.throwIfAborted();
  throw new ClusterError(
    `Cannot start a debugging container beside "${stepPath(pause)}": ${why}`,
    { hint: "check that the image has a shell and can be pulled; see --debug-image" },
  );
}
