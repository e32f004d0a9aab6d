/** Runs one ephemeral container and reports its state in the pod's status. */
import type { ContainerStatus } from "../../tekton/pod.ts";
import { type Container, StartError } from "./container.ts";
import { Images } from "./images.ts";
import { PODS } from "../store/kinds.ts";
import type { EphemeralContainer, PodObject } from "./pod_object.ts";
import { now, type Store } from "../store/store.ts";

/** The command that the images of the test cluster have. */
const DEFAULT_COMMAND = ["sh"];

/** Resolves once the container has ended. */
export async function runEphemeral(
  store: Store,
  pod: PodObject,
  spec: EphemeralContainer,
  container: Container,
): Promise<void> {
  const report = (state: Record<string, unknown>) => publish(store, pod, spec, state);
  if (!Images.canPull(spec.image)) {
    return report({ waiting: { reason: "ErrImagePull", message: `"${spec.image}": not found` } });
  }
  const startedAt = now();
  const end = (exitCode: number, reason: string, message?: string) =>
    report({ terminated: { exitCode, reason, message, startedAt, finishedAt: now() } });
  container.running = true;
  try {
    const argv = [...spec.command ?? DEFAULT_COMMAND, ...spec.args ?? []];
    // The kubelet writes nothing to stdin but keeps it open, so that a shell waits there.
    const process = await container.start(argv, { stdin: spec.stdin, terminal: spec.tty });
    report({ running: { startedAt } });
    const { code = 137 } = await container.run(process);
    await container.finish();
    end(code, code === 0 ? "Completed" : "Error");
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    container.running = false;
    container.log.end();
    end(128, "StartError", error.message);
  }
}

interface Status {
  ephemeralContainerStatuses?: (ContainerStatus & { state?: Record<string, unknown> })[];
}

function publish(
  store: Store,
  pod: PodObject,
  { name, image }: EphemeralContainer,
  state: Record<string, unknown>,
): void {
  store.modify<PodObject>(PODS, pod, (copy) => {
    const status = copy.status as Status;
    const others = (status.ephemeralContainerStatuses ?? []).filter((each) => each.name !== name);
    const mine = { name, image, imageID: "", ready: false, restartCount: 0, state };
    status.ephemeralContainerStatuses = [...others, mine];
  });
}
