/** The cost of one upload at a time. */
import { LABEL } from "../../src/tekton/model.ts";
import { TASK_NAME } from "../../src/tekton/task_name.ts";
import { upload, type UploadOptions } from "../bench/upload.ts";
import type { Fixture } from "../bench/fixture.ts";
import { costOf, type Idle, idleOf, meanOf } from "./cost.ts";
import { type Group, GROUPS, type Meter, type Reading, type Seconds } from "./meter.ts";
import { type Counts, countsOf, valueOf } from "./metrics.ts";

/** The time for status updates and the removal of the pod's sandbox after the end. */
const SETTLE_MS = 1_000;
const READ_MS = 250;
/** As started by scripts/cluster/up. */
const ETCD_METRICS = "http://127.0.0.1:2379/metrics";

/** Groups whose processes exist only during a run. */
const PASSING: readonly Group[] = ["containerd-shim", "the pod's programs", "tkn-dev"];

export interface ScaleFixture {
  readonly fixture: Fixture;
  readonly meter: Meter;
  readonly idle: Idle;
}

/** Means of processor seconds. */
export interface UploadCost {
  /** From the pause to the receipt. */
  readonly transfer: Seconds;
  /** From the command's start to its end. */
  readonly whole: Seconds;
  readonly transferMs: number;
  /** Bytes of the group's largest process: its peak, or its growth if it existed before. */
  readonly memory: Readonly<Record<Group, number>>;
}

export async function openLab(
  fixture: Fixture,
  meter: Meter,
  idleMs: number,
): Promise<ScaleFixture> {
  meter.watch(READ_MS);
  const before = meter.read();
  await sleep(idleMs, fixture.signal);
  return { fixture, meter, idle: idleOf(before, meter.read()) };
}

/**
 * Runs rounds of uploads. `prepare` comes before each round. It and the removal of the runs are not
 * counted.
 */
export async function measureUploads(
  { fixture, meter, idle }: ScaleFixture,
  { rounds, prepare, ...options }: UploadOptions & {
    rounds: number;
    prepare?: () => Promise<void>;
  },
): Promise<UploadCost> {
  const [transfer, whole, ms]: [Seconds[], Seconds[], number[]] = [[], [], []];
  await meter.forgetPeaks();
  meter.read();
  const resting = GROUPS.map((group) => PASSING.includes(group) ? 0 : meter.peak(group));
  for (let round = 0; round < rounds; round++) {
    await prepare?.();
    await sleep(SETTLE_MS, fixture.signal);
    const at: { held?: Reading; sent?: Reading } = {};
    const before = meter.read();
    const { heldMs, sentMs } = await upload(fixture, {
      ...options,
      onHeld: () => at.held = meter.read(),
      onSent: () => at.sent = meter.read(),
    });
    await sleep(SETTLE_MS, fixture.signal);
    whole.push(costOf(idle, before, meter.read()));
    transfer.push(costOf(idle, at.held!, at.sent!)); // upload() throws unless it saw both
    ms.push(sentMs - heldMs);
    await fixture.removeRuns();
  }
  const transferMs = ms.reduce((a, b) => a + b, 0) / ms.length;
  const memory = GROUPS.map((group, at) => [group, meter.peak(group) - resting[at]]);
  return {
    transfer: meanOf(transfer),
    whole: meanOf(whole),
    transferMs,
    memory: Object.fromEntries(memory),
  };
}

/** Measures the same Task without an upload, as `kubectl create` starts it. The last run stays. */
export async function measurePlainRuns(
  { fixture, meter, idle }: ScaleFixture,
  rounds: number,
): Promise<Seconds> {
  const costs: Seconds[] = [];
  for (let round = 0; round < rounds; round++) {
    await fixture.removeRuns();
    await sleep(SETTLE_MS, fixture.signal);
    const before = meter.read();
    const name = `${fixture.name}-plain-${round}`;
    await fixture.apply(plainRun(fixture, name));
    await fixture.kubectl([
      ...["wait", "--for=condition=Succeeded", "--timeout=120s", `taskrun/${name}`],
    ]);
    await sleep(SETTLE_MS, fixture.signal);
    costs.push(costOf(idle, before, meter.read()));
  }
  return meanOf(costs);
}

function plainRun({ name: task, labels }: Fixture, name: string): object {
  return {
    apiVersion: "tekton.dev/v1",
    kind: "TaskRun",
    metadata: { name, labels },
    spec: {
      taskRef: { name: task },
      workspaces: [{ name: "source", emptyDir: { medium: "Memory" } }],
    },
  };
}

/** The size of the stage's runs and their pods as JSON, by run. */
export async function storedBytes(fixture: Fixture): Promise<number> {
  const found = await Promise.all([LABEL.task, TASK_NAME].map(async (label) => {
    const { stdout } = await fixture.kubectl([
      ...["get", "taskruns,pods", "-l", `${label}=${fixture.name}`],
      ...["--show-managed-fields", "-o", "json"],
    ]);
    return (JSON.parse(stdout) as { items: { kind: string }[] }).items;
  }));
  const items = found.flat();
  const runs = items.filter(({ kind }) => kind === "TaskRun").length;
  return JSON.stringify(items).length / runs;
}

/** The size of everything that was ever written into the test cluster's store, history included. */
export async function writtenBytes({ signal }: Fixture): Promise<number> {
  const response = await fetch(ETCD_METRICS, { signal });
  return valueOf(await response.text(), "etcd_debugging_mvcc_total_put_size_in_bytes");
}

export async function readCounts(fixture: Fixture): Promise<Counts> {
  return countsOf(await readMetrics(fixture));
}

/** Metrics are 5 MB and take the API server 0.1 s, so never read them during a measurement. */
export async function readMetrics(fixture: Fixture): Promise<string> {
  const { stdout } = await fixture.kubectl(["get", "--raw", "/metrics"], { access: fixture.admin });
  return stdout;
}

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
