/**
 * A claim for files that outlive a run, on a volume in the node's memory if the user may create
 * one.
 */
import { inside, openPlace, type Place } from "./place.ts";
import type { Stage } from "./stage.ts";

export interface Claim {
  readonly name: string;
  readonly place: Place;
  /** For the tables: "in memory", "of the cluster's own". */
  readonly kind: string;
}

/** Every Linux has a tmpfs there. */
const MEMORY = "/dev/shm";

export function openClaim(stage: Stage): Promise<Claim> {
  return stage.once("claim", async () => {
    if (await mayMakeVolumes(stage)) return await memoryClaim(stage);
    stage.notes.push(
      "Volumes that outlive a run are of the cluster's own kind: none in memory may be made here.",
    );
    const name = `${stage.name}-claim`;
    await stage.apply(claimOf(stage, name, {}));
    const volume = { persistentVolumeClaim: { claimName: name } };
    return { name, kind: "of the cluster's own", place: await openPlace(stage, { name, volume }) };
  });
}

async function mayMakeVolumes(stage: Stage): Promise<boolean> {
  try {
    const { admin } = stage;
    await stage.kubectl(["auth", "can-i", "create", "persistentvolumes"], { access: admin });
    return true;
  } catch {
    stage.signal.throwIfAborted();
    return false;
  }
}

/** A pod on the node creates and removes the directory of the volume. */
async function memoryClaim(stage: Stage): Promise<Claim> {
  const { name, admin } = stage;
  const whole = { hostPath: { path: MEMORY, type: "Directory" } };
  const keeper = await openPlace(stage, { name: "volume", volume: whole, access: admin });
  const directory = `${keeper.path}/${name}`;
  await inside(stage, keeper, `mkdir -m 777 ${directory}`);
  stage.onEnd(() =>
    stage.kubectl(["exec", keeper.pod, "--", "rm", "-rf", directory], {
      access: admin,
      signal: AbortSignal.timeout(60_000),
    })
  );
  const { stdout: node } = await stage.kubectl(
    ["get", "pod", keeper.pod, "-o", "jsonpath={.spec.nodeName}"],
    { access: admin },
  );
  await stage.apply(volumeOf(stage, node), admin);
  stage.onEnd(() => stage.remove(["persistentvolume", name, "--wait=false"], admin));
  await stage.apply(claimOf(stage, name, { storageClassName: name, volumeName: name }));
  stage.onEnd(() => stage.remove(["persistentvolumeclaim", name, "--wait=false"]));
  return { name, kind: "in memory", place: { ...keeper, path: directory } };
}

function volumeOf({ name, labels }: Stage, node: string): object {
  const term = { key: "kubernetes.io/hostname", operator: "In", values: [node] };
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, labels },
    spec: {
      capacity: { storage: "4Gi" },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: name,
      hostPath: { path: `${MEMORY}/${name}`, type: "Directory" },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [term] }] } },
    },
  };
}

function claimOf({ labels }: Stage, name: string, more: object): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, labels },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "4Gi" } },
      ...more,
    },
  };
}
