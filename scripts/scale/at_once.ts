/** Runs many uploads at the same moment and measures the API server. */
import { denoClock } from "../../src/deno/clock.ts";
import { loadConnection } from "../../src/deno/network/kubeconfig.ts";
import { NetworkTransport } from "../../src/deno/network/transport.ts";
import { upload, type Uploaded } from "../bench/upload.ts";
import type { Tree } from "../bench/tree.ts";
import { costOf } from "./cost.ts";
import { readMetrics, type ScaleFixture, sleep } from "./upload_cost.ts";
import type { Group, Seconds } from "./meter.ts";
import { countedBetween, type Counts, countsOf, openStreams } from "./metrics.ts";

const READ_MS = 1_000;
const PROBE_MS = 500;
const SHOWN: readonly Group[] = ["kube-apiserver", "kubelet", "containerd", "etcd"];

export interface AtOnce {
  readonly uploads: number;
  /** The errors of failed uploads. */
  readonly errors: readonly string[];
  /**
   * Sorted milliseconds: from the command to the pause, from there to the receipt, and of a plain
   * GET during the uploads.
   */
  readonly heldMs: readonly number[];
  readonly sentMs: readonly number[];
  readonly getMs: readonly number[];
  readonly refusedGets: number;
  /** From the first command to the end of the last one. */
  readonly wholeMs: number;
  readonly counts: Counts;
  /** The additional open streams when the first half of the uploads was held. */
  readonly streams: number;
  /** In bytes: before the uploads, and the peak. */
  readonly memory: readonly { group: Group; before: number; peak: number }[];
  /** The sum of all uploads. */
  readonly seconds: Seconds;
}

export async function measureAtOnce(
  scale: ScaleFixture,
  uploads: number,
  tree: Tree,
): Promise<AtOnce> {
  const { fixture, meter, idle } = scale;
  const page = await readMetrics(fixture);
  await sleep(2_000, fixture.signal);
  await meter.forgetPeaks();
  const before = meter.read();
  const resting = SHOWN.map((group) => meter.peak(group));
  meter.watch(READ_MS);
  let held = 0;
  let streams = Promise.resolve(0);
  const onHeld = () => {
    held += 1;
    if (held === Math.ceil(uploads / 2)) streams = readMetrics(fixture).then(openStreams, () => 0);
  };
  await using probe = await startProbe(scale);
  const options = { tree, volume: "emptyDir=Memory", onHeld };
  const results = await Promise.allSettled(
    Array.from({ length: uploads }, () => upload(fixture, options)),
  );
  const after = meter.read();
  const { getMs, refusedGets } = await probe.end();
  fixture.signal.throwIfAborted();
  const done = results.filter((one) => one.status === "fulfilled").map(({ value }) => value);
  const failed = results.filter((one) => one.status === "rejected");
  const counts = countedBetween(countsOf(page), countsOf(await readMetrics(fixture)));
  const result = {
    uploads,
    errors: failed.map(({ reason }) => `${reason?.message ?? reason}`),
    ...times(done, before.atMs),
    getMs,
    refusedGets,
    wholeMs: after.atMs - before.atMs,
    counts: { ...counts, requests: counts.requests - getMs.length - refusedGets },
    streams: Math.max(0, await streams - openStreams(page)),
    memory: SHOWN.map((group, at) => ({ group, before: resting[at], peak: meter.peak(group) })),
    seconds: costOf(idle, before, after),
  };
  await fixture.removeRuns();
  return result;
}

function times(done: readonly Uploaded[], startMs: number) {
  const sorted = (of: (one: Uploaded) => number) => done.map(of).toSorted((a, b) => a - b);
  return {
    heldMs: sorted(({ heldMs }) => heldMs - startMs),
    sentMs: sorted(({ heldMs, sentMs }) => sentMs - heldMs),
  };
}

/** A user who gets a Task twice a second. */
async function startProbe({ fixture }: ScaleFixture) {
  const { access: { path, namespace }, name } = fixture;
  const transport = new NetworkTransport(
    await loadConnection({ kubeconfig: path }),
    denoClock.delay,
  );
  const end = new AbortController();
  const signal = AbortSignal.any([end.signal, fixture.signal]);
  const getMs: number[] = [];
  let refusedGets = 0;
  const ask = async () => {
    const startMs = performance.now();
    const response = await transport.request(
      `/apis/tekton.dev/v1/namespaces/${namespace}/tasks/${name}`,
      { signal },
    );
    await response.text();
    if (response.ok) getMs.push(performance.now() - startMs);
    else refusedGets += 1;
  };
  const ended = (async () => {
    while (!signal.aborted) {
      await ask().catch(() => refusedGets += signal.aborted ? 0 : 1);
      await sleep(PROBE_MS, signal).catch(() => {});
    }
  })();
  const stop = async () => {
    end.abort(new DOMException("enough", "AbortError"));
    await ended;
    return { getMs: getMs.toSorted((a, b) => a - b), refusedGets };
  };
  return { end: stop, [Symbol.asyncDispose]: async () => void await stop() };
}
