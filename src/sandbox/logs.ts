/** `GET …/pods/NAME/log`: the lines of one container. */
import type { KubeObject } from "../kube/interface.ts";
import type { Pod } from "../tekton/model.ts";
import { badRequest } from "./api_error.ts";
import { formatTime, type LogLine } from "./container_log.ts";
import type { Kubelet } from "./kubelet.ts";

export function logs(kubelet: Kubelet, pod: KubeObject, query: URLSearchParams) {
  const name = containerOf(pod as Pod, query.get("container"));
  const log = kubelet.find(pod.metadata)?.containers.get(name)?.log;
  const waiting = waitingReason(pod as Pod, name);
  if (log === undefined || waiting !== undefined) {
    const why = waiting ?? "ContainerCreating";
    throw badRequest(
      `container "${name}" in pod "${pod.metadata.name}" is waiting to start: ${why}`,
    );
  }
  const isOn = (flag: string) => ["true", "1"].includes(query.get(flag) ?? "");
  const withTime = isOn("timestamps");
  const stop = new AbortController();
  const lines = log.read(firstLine(log.lines, query), {
    follow: isOn("follow"),
    signal: stop.signal,
  });
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) return controller.close();
      if (withTime) controller.enqueue(encoder.encode(`${formatTime(value.time)} `));
      controller.enqueue(value.bytes);
    },
    cancel: () => stop.abort(),
  });
}

/** Throws where the name is none of the pod's, or none is given and there are several. */
export function containerOf(pod: Pod, asked: string | null): string {
  const names = (pod.spec?.containers ?? []).map(({ name }) => name);
  if (asked) {
    if (!names.includes(asked)) {
      throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
    }
    return asked;
  }
  if (names.length === 1) return names[0];
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, ` +
      `choose one of: [${names.join(" ")}]`,
  );
}

const PULL_FAILURES = ["ErrImagePull", "ImagePullBackOff"];

function waitingReason(pod: Pod, name: string): string | undefined {
  const status = pod.status?.containerStatuses?.find((status) => status.name === name);
  const reason = status?.state?.waiting?.reason;
  if (reason === undefined) return undefined;
  return PULL_FAILURES.includes(reason) ? "trying and failing to pull image" : reason;
}

function firstLine(lines: readonly LogLine[], query: URLSearchParams): number {
  const since = sinceOf(query);
  const tail = query.get("tailLines");
  const first = since === undefined ? 0 : lines.findIndex(({ time }) => time >= since);
  const start = first === -1 ? lines.length : first;
  return tail === null ? start : Math.max(start, lines.length - Number(tail));
}

/** The API knows times in whole seconds. */
function sinceOf(query: URLSearchParams): bigint | undefined {
  const time = query.get("sinceTime");
  if (time !== null) {
    const parsed = Date.parse(time);
    if (Number.isNaN(parsed)) throw badRequest(`parsing time "${time}": invalid time`);
    return BigInt(Math.floor(parsed / 1000)) * 1_000_000_000n;
  }
  const seconds = query.get("sinceSeconds");
  return seconds === null ? undefined : BigInt(Date.now() - Number(seconds) * 1000) * 1_000_000n;
}
