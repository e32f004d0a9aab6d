/**
 * A claim for files that outlive a run, on a volume in the node's memory if the user may create
 * one.
 */
import { openVolumePod, runInside, type VolumePod } from "./volume_pod.ts";
import type { Fixture } from "./fixture.ts";

export interface Claim {
  readonly name: string;
  readonly volumePod: VolumePod;
  /** For the tables: "in memory", "of the cluster's own". */
  readonly kind: string;
}

/** Every Linux has a tmpfs there. */
const MEMORY = "/dev/shm";

export function openClaim(fixture: Fixture): Promise<Claim> {
  return fixture.once("claim", async () => {
    if (await mayMakeVolumes(fixture)) return await memoryClaim(fixture);
    fixture.notes.push(
      "Volumes that outlive a run are of the cluster's own kind: none in memory may be made here.",
    );
    const name = `${fixture.name}-claim`;
    await fixture.apply(claimOf(fixture, name, {}));
    const volume = { persistentVolumeClaim: { claimName: name } };
    return {
      name,
      kind: "of the cluster's own",
      volumePod: await openVolumePod(fixture, { name, volume }),
    };
  });
}

async function mayMakeVolumes(fixture: Fixture): Promise<boolean> {
  try {
    const { admin } = fixture;
    await fixture.kubectl(["auth", "can-i", "create", "persistentvolumes"], { access: admin });
    return true;
  } catch {
    fixture.signal.throwIfAborted();
    return false;
  }
}

/** A pod on the node creates and removes the directory of the volume. */
async function memoryClaim(fixture: Fixture): Promise<Claim> {
  const { name, admin } = fixture;
  const whole = { hostPath: { path: MEMORY, type: "Directory" } };
  const keeper = await openVolumePod(fixture, { name: "volume", volume: whole, access: admin });
  const directory = `${keeper.path}/${name}`;
  await runInside(fixture, keeper, `mkdir -m 777 ${directory}`);
  fixture.onEnd(() =>
    fixture.kubectl(["exec", keeper.pod, "--", "rm", "-rf", directory], {
      access: admin,
      signal: AbortSignal.timeout(60_000),
    })
  );
  const { stdout: node } = await fixture.kubectl(
    ["get", "pod", keeper.pod, "-o", "jsonpath={.spec.nodeName}"],
    { access: admin },
  );
  await fixture.apply(volumeOf(fixture, node), admin);
  fixture.onEnd(() => fixture.remove(["persistentvolume", name, "--wait=false"], admin));
  await fixture.apply(claimOf(fixture, name, { storageClassName: name, volumeName: name }));
  fixture.onEnd(() => fixture.remove(["persistentvolumeclaim", name, "--wait=false"]));
  return { name, kind: "in memory", volumePod: { ...keeper, path: directory } };
}

function volumeOf({ name, labels }: Fixture, node: string): object {
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

function claimOf({ labels }: Fixture, name: string, more: object): object {
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
