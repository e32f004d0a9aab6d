/** Runs all measurements of a plan and reports each. */
import { change } from "../bench/cases/delta.ts";
import { openClaim } from "../bench/claim.ts";
import { makeTask, upload } from "../bench/upload.ts";
import { clear } from "../bench/volume_pod.ts";
import type { Fixture } from "../bench/fixture.ts";
import { goTree } from "../bench/trees.ts";
import { type AtOnce, measureAtOnce } from "./at_once.ts";
import { clusterSeconds } from "./cost.ts";
import {
  measurePlainRuns,
  measureUploads,
  readCounts,
  type ScaleFixture,
  storedBytes,
  type UploadCost,
  writtenBytes,
} from "./upload_cost.ts";
import type { Seconds } from "./meter.ts";
import { countedBetween, type Counts } from "./metrics.ts";
import type { Plan } from "./plan.ts";

export interface Sent {
  /** "25 MB, 2,000 files, compressed" */
  readonly name: string;
  readonly bytes: number;
  readonly cost: UploadCost;
}

export interface Stored {
  /** The final size of the TaskRun and its pod. */
  readonly bytes: number;
  /** The size of all their versions, and of events. */
  readonly writtenBytes: number;
}

export interface Measured {
  readonly idle: Seconds;
  /** A run without an upload. */
  readonly plain: Seconds;
  /** In the store, a run without an upload and a run with one. */
  readonly plainStored: Stored;
  readonly uploadStored: Stored;
  /** The requests of one upload. */
  readonly counts: Counts;
  readonly sent: readonly Sent[];
  readonly atOnce: readonly AtOnce[];
}

export async function measure(scale: ScaleFixture, plan: Plan): Promise<Measured> {
  const { fixture, idle } = scale;
  await makeTask(fixture);
  const plain = await measurePlainRuns(scale, plan.plainRounds);
  const plainStored = await stored(fixture, async () => void await measurePlainRuns(scale, 1));
  fixture.say(`without: ${clusterSeconds(plain).toFixed(2)} s, ${JSON.stringify(plainStored)}`);
  await fixture.removeRuns();
  const before = await readCounts(fixture);
  const tree = await goTree(fixture, plan.sizes[0]);
  const uploadStored = await stored(fixture, async () => {
    await upload(fixture, { tree, volume: "emptyDir=Memory" });
  });
  const counts = countedBetween(before, await readCounts(fixture));
  await fixture.removeRuns();
  fixture.say(`one upload: ${JSON.stringify({ ...counts, ...uploadStored })}`);
  const sent = [...await sendSizes(scale, plan), ...await sendDeltas(scale, plan)];
  const atOnce: AtOnce[] = [];
  const middle = await goTree(fixture, plan.atOnceSize);
  for (const uploads of plan.atOnce) {
    const result = await measureAtOnce(scale, uploads, middle);
    fixture.say(`${uploads} at once: ${JSON.stringify(result)}`);
    atOnce.push(result);
  }
  return { idle: idle.perSecond, plain, plainStored, uploadStored, counts, sent, atOnce };
}

/** Returns the size of the only run that exists after the call. */
async function stored(fixture: Fixture, run: () => Promise<void>): Promise<Stored> {
  const before = await writtenBytes(fixture);
  await run();
  return { bytes: await storedBytes(fixture), writtenBytes: await writtenBytes(fixture) - before };
}

async function sendSizes(scale: ScaleFixture, { sizes }: Plan): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const { rounds, ...size } of sizes) {
    const tree = await goTree(scale.fixture, size);
    for (const [when, how] of [["never", ""], ["always", ", compressed"]]) {
      const flags = [`--compress=${when}`];
      const options = { rounds, tree, volume: "emptyDir=Memory", flags };
      const cost = await measureUploads(scale, options);
      sent.push(told(scale, { name: `${size.name}${how}`, bytes: tree.bytes, cost }));
    }
  }
  return sent;
}

/** Uploads the whole tree into an empty claim, then the changes. */
async function sendDeltas(scale: ScaleFixture, { deltas }: Plan): Promise<Sent[]> {
  const { fixture } = scale;
  const { name: claim, volumePod } = await openClaim(fixture);
  const sent: Sent[] = [];
  for (const { rounds, ...size } of deltas) {
    const tree = await goTree(fixture, size);
    const volume = `claimName=${claim}`;
    await clear(fixture, volumePod);
    await upload(fixture, { tree, volume });
    await fixture.removeRuns();
    const prepare = () => change(`${tree.path}/package0/file42.go`);
    const cost = await measureUploads(scale, { rounds, tree, volume, prepare });
    sent.push(told(scale, { name: `${size.name}, 1 changed`, bytes: tree.bytes, cost }));
  }
  return sent;
}

function told({ fixture }: ScaleFixture, one: Sent): Sent {
  const { name, cost: { transfer, whole, transferMs } } = one;
  const [seconds, all] = [clusterSeconds(transfer), clusterSeconds(whole)];
  fixture.say(
    `${name}: ${seconds.toFixed(2)} s of ${all.toFixed(2)} s, ${transferMs.toFixed(0)} ms`,
  );
  return one;
}
