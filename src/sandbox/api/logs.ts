/** `GET …/pods/NAME/log`: the lines of one container. */
import type { KubeObject } from "../../kube/interface.ts";
import type { ContainerStatus, Pod } from "../../tekton/pod.ts";
import { badRequest, invalidFields } from "../store/api_error.ts";
import { formatTime, type LogLine } from "../node/container_log.ts";
import type { Kubelet } from "../node/kubelet.ts";

export function logStream(kubelet: Kubelet, pod: KubeObject, query: URLSearchParams) {
  const options = optionsOf(query, pod.metadata.name!);
  const name = containerOf(pod as Pod, query.get("container"));
  const running = kubelet.find(pod.metadata);
  const log = running?.initLogs.get(name) ?? running?.find(name)?.log;
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
  const lines = log.read(firstLine(log.lines, options), {
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

/**
 * Returns the container's name. Throws if the pod has no such container, or if no name is given and
 * the pod has several.
 */
export function containerOf(pod: Pod, asked: string | null): string {
  const names = (pod.spec?.containers ?? []).map(({ name }) => name);
  if (asked) {
    const { ephemeralContainers = [], initContainers = [] } = (pod.spec ?? {}) as {
      ephemeralContainers?: Named[];
      initContainers?: Named[];
    };
    const others = [...initContainers, ...ephemeralContainers].map(({ name }) => name);
    if (![...names, ...others].includes(asked)) {
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

interface Named {
  readonly name: string;
}

const PULL_FAILURES = ["ErrImagePull", "ImagePullBackOff"];

function waitingReason(pod: Pod, name: string): string | undefined {
  const { containerStatuses, ephemeralContainerStatuses = [] } = (pod.status ?? {}) as
    & NonNullable<Pod["status"]>
    & { ephemeralContainerStatuses?: ContainerStatus[] };
  const statuses = [...containerStatuses ?? [], ...ephemeralContainerStatuses];
  const status = statuses.find((status) => status.name === name);
  const reason = status?.state?.waiting?.reason;
  if (reason === undefined) return undefined;
  return PULL_FAILURES.includes(reason) ? "trying and failing to pull image" : reason;
}

interface LogOptions {
  readonly tailLines?: number;
  /** Nanoseconds, though the API knows times in whole seconds only. */
  readonly since?: bigint;
}

/** Throws ApiError. */
function optionsOf(query: URLSearchParams, pod: string): LogOptions {
  const unknown = ["limitBytes", "sinceSeconds"].find((option) => query.has(option));
  if (unknown !== undefined) throw badRequest(`the sandbox has no log option ${unknown}`);
  const tailLines = integer(query, "tailLines");
  const sinceTime = query.get("sinceTime");
  const time = sinceTime === null ? undefined : Date.parse(sinceTime);
  if (Number.isNaN(time)) {
    const layout = "2006-01-02T15:04:05Z07:00";
    throw badRequest(
      `parsing time "${sinceTime}" as "${layout}": cannot parse "${sinceTime}" as "2006"`,
    );
  }
  if (tailLines !== undefined && tailLines < 0) {
    const message = `Invalid value: ${tailLines}: must be greater than or equal to 0`;
    throw invalidFields(LOG_OPTIONS, pod, [{ field: "tailLines", message }]);
  }
  const since = time === undefined ? undefined : BigInt(Math.floor(time / 1000)) * 1_000_000_000n;
  return { tailLines, since };
}

const LOG_OPTIONS = { group: "", kind: "PodLogOptions" };

function integer(query: URLSearchParams, field: string): number | undefined {
  const text = query.get(field);
  if (text === null) return undefined;
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function firstLine(lines: readonly LogLine[], { since, tailLines }: LogOptions): number {
  const first = since === undefined ? 0 : lines.findIndex(({ time }) => time >= since);
  const start = first === -1 ? lines.length : first;
  return tailLines === undefined ? start : Math.max(start, lines.length - tailLines);
}
