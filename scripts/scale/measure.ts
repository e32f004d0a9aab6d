/** Runs all measurements of a plan and reports each. */
import { change } from "../bench/cases/delta.ts";
import { openClaim } from "../bench/claim.ts";
import { makeTask, upload } from "../bench/ours.ts";
import { clear } from "../bench/place.ts";
import type { Stage } from "../bench/stage.ts";
import { goTree } from "../bench/trees.ts";
import { type AtOnce, measureAtOnce } from "./at_once.ts";
import { clusterSeconds } from "./cost.ts";
import {
  type Lab,
  measurePlainRuns,
  measureUploads,
  readCounts,
  storedBytes,
  type UploadCost,
  writtenBytes,
} from "./lab.ts";
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

export async function measure(lab: Lab, plan: Plan): Promise<Measured> {
  const { stage, idle } = lab;
  await makeTask(stage);
  const plain = await measurePlainRuns(lab, plan.plainRounds);
  const plainStored = await stored(stage, async () => void await measurePlainRuns(lab, 1));
  stage.say(`without: ${clusterSeconds(plain).toFixed(2)} s, ${JSON.stringify(plainStored)}`);
  await stage.removeRuns();
  const before = await readCounts(stage);
  const tree = await goTree(stage, plan.sizes[0]);
  const uploadStored = await stored(stage, async () => {
    await upload(stage, { tree, volume: "emptyDir=Memory" });
  });
  const counts = countedBetween(before, await readCounts(stage));
  await stage.removeRuns();
  stage.say(`one upload: ${JSON.stringify({ ...counts, ...uploadStored })}`);
  const sent = [...await sendSizes(lab, plan), ...await sendDeltas(lab, plan)];
  const atOnce: AtOnce[] = [];
  const middle = await goTree(stage, plan.atOnceSize);
  for (const uploads of plan.atOnce) {
    const result = await measureAtOnce(lab, uploads, middle);
    stage.say(`${uploads} at once: ${JSON.stringify(result)}`);
    atOnce.push(result);
  }
  return { idle: idle.perSecond, plain, plainStored, uploadStored, counts, sent, atOnce };
}

/** Returns the size of the only run that exists after the call. */
async function stored(stage: Stage, run: () => Promise<void>): Promise<Stored> {
  const before = await writtenBytes(stage);
  await run();
  return { bytes: await storedBytes(stage), writtenBytes: await writtenBytes(stage) - before };
}

async function sendSizes(lab: Lab, { sizes }: Plan): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const { rounds, ...size } of sizes) {
    const tree = await goTree(lab.stage, size);
    for (const [when, how] of [["never", ""], ["always", ", compressed"]]) {
      const flags = [`--compress=${when}`];
      const options = { rounds, tree, volume: "emptyDir=Memory", flags };
      const cost = await measureUploads(lab, options);
      sent.push(told(lab, { name: `${size.name}${how}`, bytes: tree.bytes, cost }));
    }
  }
  return sent;
}

/** Uploads the whole tree into an empty claim, then the changes. */
async function sendDeltas(lab: Lab, { deltas }: Plan): Promise<Sent[]> {
  const { stage } = lab;
  const { name: claim, place } = await openClaim(stage);
  const sent: Sent[] = [];
  for (const { rounds, ...size } of deltas) {
    const tree = await goTree(stage, size);
    const volume = `claimName=${claim}`;
    await clear(stage, place);
    await upload(stage, { tree, volume });
    await stage.removeRuns();
    const prepare = () => change(`${tree.path}/package0/file42.go`);
    const cost = await measureUploads(lab, { rounds, tree, volume, prepare });
    sent.push(told(lab, { name: `${size.name}, 1 changed`, bytes: tree.bytes, cost }));
  }
  return sent;
}

function told({ stage }: Lab, one: Sent): Sent {
  const { name, cost: { transfer, whole, transferMs } } = one;
  const [seconds, all] = [clusterSeconds(transfer), clusterSeconds(whole)];
  stage.say(`${name}: ${seconds.toFixed(2)} s of ${all.toFixed(2)} s, ${transferMs.toFixed(0)} ms`);
  return one;
}
