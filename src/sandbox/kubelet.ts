/** The node: makes a pod's directories and containers, knows the running ones, and cleans up after them. */
import type { KubeObject, ObjectMeta } from "../kube/interface.ts";
import { Container } from "./container.ts";
import { environment, type EnvVar } from "./environment.ts";
import { Images } from "./images.ts";
import { PODS, VOLUME_CLAIMS } from "./kinds.ts";
import { type Mount, PathMap } from "./paths.ts";
import type { Store } from "./store.ts";
import { type Volume, Volumes } from "./volumes.ts";

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly env?: EnvVar[];
  readonly workingDir?: string;
  readonly volumeMounts?: {
    name: string;
    mountPath: string;
    subPath?: string;
    readOnly?: boolean;
  }[];
}

export interface PodObject extends KubeObject {
  spec: { containers: ContainerSpec[]; volumes?: Volume[]; [key: string]: unknown };
}

/** What every pod of Tekton has below /tekton. */
const TEKTON_DIRECTORIES = ["home", "results", "scripts", "steps", "run", "creds", "artifacts"];

export class RunningPod {
  constructor(
    /** Host path of the stand-in for "/". */
    readonly root: string,
    readonly containers: ReadonlyMap<string, Container>,
  ) {}

  /** Ends all processes of the pod. */
  async stop(): Promise<void> {
    await Promise.all([...this.containers.values()].map((container) => container.stop()));
  }
}

export class Kubelet {
  readonly #pods = new Map<string, RunningPod>();
  readonly #images: Images;
  readonly #volumes: Volumes;
  readonly #cleaning = new Set<Promise<void>>();

  constructor(private readonly store: Store, private readonly directory: string) {
    this.#images = new Images(`${directory}/bin`);
    this.#volumes = new Volumes(store, `${directory}/claims`);
    store.listen(({ kind, type, object }) => {
      if (type !== "DELETED") return;
      if (kind === PODS) this.#clean(() => this.#remove(object.metadata));
      else if (kind === VOLUME_CLAIMS) {
        this.#clean(() => removeTree(this.#volumes.claimDirectory(object)));
      }
    });
  }

  find(metadata: ObjectMeta): RunningPod | undefined {
    return this.#pods.get(metadata.uid!);
  }

  /** Throws VolumeError. */
  async admit(pod: PodObject): Promise<RunningPod> {
    const { uid, namespace } = pod.metadata;
    const directory = `${this.directory}/pods/${uid}`;
    const root = `${directory}/root`;
    for (const name of TEKTON_DIRECTORIES) {
      await Deno.mkdir(`${root}/tekton/${name}`, { recursive: true });
    }
    await Deno.mkdir(`${root}/workspace`, { recursive: true });
    const volumes = new Map<string, string>();
    for (const volume of pod.spec.volumes ?? []) {
      volumes.set(volume.name, await this.#volumes.directoryOf(volume, namespace!, directory));
    }
    const containers = new Map<string, Container>();
    for (const spec of pod.spec.containers) {
      const tmp = `${directory}/tmp/${spec.name}`;
      await Deno.mkdir(tmp, { recursive: true });
      const mounts = await mount(spec, volumes, root);
      const below = ["/tekton", "/workspace"].map((path) => ({
        container: path,
        host: root + path,
      }));
      const paths = new PathMap(
        [...below, { container: "/tmp", host: tmp }, ...mounts],
        root,
        this.directory,
      );
      const image = await this.#images.find(spec.image);
      const env = environment(spec.env ?? [], pod, this.store);
      const { name, workingDir } = spec;
      containers.set(name, new Container({ name, image, paths, env, workingDir }));
    }
    const running = new RunningPod(root, containers);
    this.#pods.set(uid!, running);
    return running;
  }

  /** A pod that was deleted while it was admitted. */
  forget(metadata: ObjectMeta): Promise<void> {
    return this.#remove(metadata);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pods.values()].map((pod) => pod.stop()));
    await Promise.all(this.#cleaning);
  }

  async #remove(metadata: ObjectMeta): Promise<void> {
    const pod = this.#pods.get(metadata.uid!);
    await pod?.stop();
    this.#pods.delete(metadata.uid!);
    await removeTree(`${this.directory}/pods/${metadata.uid}`);
  }

  #clean(work: () => Promise<void>): void {
    // What a dying process writes into a directory meanwhile goes with all the rest, at the end.
    const cleaning: Promise<void> = work().catch(() => {})
      .finally(() => this.#cleaning.delete(cleaning));
    this.#cleaning.add(cleaning);
  }
}

async function mount(spec: ContainerSpec, volumes: Map<string, string>, root: string) {
  const mounts: Mount[] = [];
  for (const { name, mountPath, subPath } of spec.volumeMounts ?? []) {
    const container = mountPath.replace(/\/+$/, "");
    const host = [volumes.get(name), subPath].filter(Boolean).join("/");
    await Deno.mkdir(host, { recursive: true });
    mounts.push({ container, host });
    // For those who come by a relative path or list the parent: `cd /workspace && ls`.
    const link = root + container;
    await Deno.mkdir(link.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.symlink(host, link).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  }
  return mounts;
}

async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
