/** Metrics of the API server and of etcd, in the text format of Prometheus. Pure. */

export type Labels = Readonly<Record<string, string>>;

/** Returns the value of a metric without labels, or 0. */
export function valueOf(page: string, name: string): number {
  return Number(new RegExp(`^${name} (.+)$`, "m").exec(page)?.[1] ?? 0);
}

/** Returns the sum of all series of that name with those labels. */
export function sumOf(page: string, name: string, labels: Labels = {}): number {
  let sum = 0;
  for (let at = page.indexOf(`\n${name}{`); at >= 0; at = page.indexOf(`\n${name}{`, at + 1)) {
    const line = page.slice(at + 1, page.indexOf("\n", at + 1));
    const end = line.lastIndexOf("}");
    const has = Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`));
    if (has) sum += Number(line.slice(end + 1));
  }
  return sum;
}

/** The priority level of developers who are not service accounts. */
const FLOW = { flow_schema: "global-default" };

const REQUESTS = "apiserver_request_total";

/** The server's counts so far. */
export interface Counts {
  /** Developers' requests, including watches, without execs and logs. */
  readonly requests: number;
  readonly waitedSeconds: number;
  readonly execs: number;
  readonly logs: number;
  /** Writes by all clients: each writes the whole object. */
  readonly runWrites: number;
  readonly podWrites: number;
  readonly tooMany: number;
}

export function countsOf(page: string): Counts {
  const exec = { resource: "pods", subresource: "exec", verb: "CONNECT" };
  return {
    requests: sumOf(page, "apiserver_flowcontrol_dispatched_requests_total", FLOW),
    waitedSeconds: sumOf(page, "apiserver_flowcontrol_request_wait_duration_seconds_sum", FLOW),
    execs: sumOf(page, REQUESTS, exec),
    logs: sumOf(page, REQUESTS, { ...exec, subresource: "log" }),
    runWrites: writesOf(page, "taskruns"),
    podWrites: writesOf(page, "pods"),
    tooMany: sumOf(page, REQUESTS, { code: "429" }) +
      sumOf(page, "apiserver_flowcontrol_rejected_requests_total"),
  };
}

export function countedBetween(before: Counts, after: Counts): Counts {
  return {
    requests: after.requests - before.requests,
    waitedSeconds: after.waitedSeconds - before.waitedSeconds,
    execs: after.execs - before.execs,
    logs: after.logs - before.logs,
    runWrites: after.runWrites - before.runWrites,
    podWrites: after.podWrites - before.podWrites,
    tooMany: after.tooMany - before.tooMany,
  };
}

function writesOf(page: string, resource: string): number {
  const writes = ["POST", "PUT", "PATCH"].map((verb) =>
    ["200", "201"].map((code) => ({ resource, verb, code, dry_run: "" }))
  );
  return writes.flat().reduce((sum, labels) => sum + sumOf(page, REQUESTS, labels), 0);
}

/** Open watches, logs and execs. */
export function openStreams(page: string): number {
  return sumOf(page, "apiserver_longrunning_requests");
}
