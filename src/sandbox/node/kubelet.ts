/**
 * The node: makes the directories and containers of pods, and removes them when the pods are
 * deleted.
 */
import { resolve } from "node:path/posix";
import type { ObjectMeta } from "../../kube/interface.ts";
import { ContainerLog } from "./container_log.ts";
import { Container } from "./container.ts";
import { environment } from "./environment.ts";
import type { EphemeralContainer } from "./pod_object.ts";
import { runEphemeral } from "./ephemeral_run.ts";
import { Images } from "./images.ts";
import { PODS, VOLUME_CLAIMS } from "../store/kinds.ts";
import { type Mount, PathMap } from "./paths.ts";
import type { Store } from "../store/store.ts";
import { subDirectory } from "./sub_path.ts";
import { Volumes } from "./volumes.ts";
import type { ContainerSpec, PodObject } from "./pod_object.ts";

/** Directories below /tekton in every pod of Tekton. */
const TEKTON_DIRECTORIES = ["home", "results", "scripts", "steps", "run", "creds", "artifacts"];

export class RunningPod {
  constructor(
    /** Host path of the directory that represents "/". */
    readonly root: string,
    readonly containers: ReadonlyMap<string, Container>,
    /** Host directories by the volumes' names. */
    readonly volumes: ReadonlyMap<string, string>,
  ) {}

  /** The logs of the init containers. */
  readonly initLogs = new Map<string, ContainerLog>();

  /** Ephemeral containers, which end with the others. */
  readonly ephemeral = new Map<string, Container>();
  #isOver = false;

  /** Whether the containers have ended, or are about to. */
  get isOver(): boolean {
    return this.#isOver;
  }

  find(name: string): Container | undefined {
    return this.containers.get(name) ?? this.ephemeral.get(name);
  }

  /** Ends the ephemeral containers once the others have ended. */
  async finish(): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.ephemeral.values()].map((container) => container.finish()));
  }

  /** Ends all processes of the pod. */
  async stop(): Promise<void> {
    this.#isOver = true;
    const containers = [...this.containers.values(), ...this.ephemeral.values()];
    await Promise.all(containers.map((container) => container.stop()));
  }
}

export class Kubelet {
  readonly #pods = new Map<string, RunningPod>();
  readonly #images: Images;
  readonly #volumes: Volumes;
  readonly #backgroundWork = new Set<Promise<void>>();

  constructor(private readonly store: Store, private readonly directory: string) {
    this.#images = new Images(`${directory}/bin`);
    this.#volumes = new Volumes(store, `${directory}/claims`);
    store.listen(({ kind, type, object }) => {
      if (type !== "DELETED") return;
      if (kind === PODS) this.#inBackground(() => this.#remove(object.metadata));
      else if (kind === VOLUME_CLAIMS) {
        this.#inBackground(() => removeTree(this.#volumes.claimDirectory(object)));
      }
    });
  }

  find(metadata: ObjectMeta): RunningPod | undefined {
    return this.#pods.get(metadata.uid!);
  }

  /** Makes a pod's directories and containers. Throws VolumeError and EnvironmentError. */
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
      const internal = internalDirectory(volume.name);
      if (internal !== undefined) {
        volumes.set(volume.name, root + internal);
        continue;
      }
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
      // Tekton gives each step its own debug directory.
      below.push({ container: "/tekton/debug", host: `${directory}/debug/${spec.name}` });
      const paths = new PathMap(
        [...below, { container: "/tmp", host: tmp }, ...mounts],
        root,
        this.directory,
      );
      const image = await this.#images.find(spec.image);
      const env = environment(spec, pod, this.store);
      const { name, workingDir } = spec;
      containers.set(name, new Container({ name, image, paths, env, workingDir }));
    }
    const running = new RunningPod(root, containers, volumes);
    for (const { name } of pod.spec.initContainers ?? []) {
      running.initLogs.set(name, new ContainerLog());
    }
    this.#pods.set(uid!, running);
    return running;
  }

  /** Starts an ephemeral container in a running pod. The pod's status reports how it ends. */
  startEphemeral(pod: PodObject, spec: EphemeralContainer): void {
    const running = this.find(pod.metadata);
    if (running === undefined) return;
    this.#inBackground(async () => {
      const container = await this.#ephemeralContainer(running, pod, spec);
      if (running.isOver) return;
      running.ephemeral.set(spec.name, container);
      await runEphemeral(this.store, pod, spec, container);
    });
  }

  /**
   * The container sees its own volumes, and the files of its target through the shared process
   * namespace.
   */
  async #ephemeralContainer(running: RunningPod, pod: PodObject, spec: EphemeralContainer) {
    const directory = `${this.directory}/pods/${pod.metadata.uid}/ephemeral/${spec.name}`;
    await Deno.mkdir(`${directory}/root`, { recursive: true });
    await Deno.mkdir(`${directory}/tmp`);
    const below = ["/tekton", "/workspace"].map((path) => ({
      container: path,
      host: `${directory}/root${path}`,
    }));
    const mounts = [...below, ...await mount(spec, running.volumes, `${directory}/root`, true)];
    mounts.push({ container: "/tmp", host: `${directory}/tmp` });
    if (spec.targetContainerName !== undefined) {
      mounts.push({ container: "/proc/1/root", host: running.root });
    }
    const { name, image, workingDir } = spec;
    return new Container({
      name,
      workingDir,
      image: await this.#images.find(image),
      paths: new PathMap(mounts, `${directory}/root`, this.directory),
      env: environment(spec, pod, this.store),
    });
  }

  /** Removes a pod that was deleted while it was admitted. */
  forget(metadata: ObjectMeta): Promise<void> {
    return this.#remove(metadata);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pods.values()].map((pod) => pod.stop()));
    await Promise.all(this.#backgroundWork);
  }

  async #remove(metadata: ObjectMeta): Promise<void> {
    const pod = this.#pods.get(metadata.uid!);
    await pod?.stop();
    this.#pods.delete(metadata.uid!);
    await removeTree(`${this.directory}/pods/${metadata.uid}`);
  }

  #inBackground(work: () => Promise<void>): void {
    // A dying process may still write into the directory; close() removes what is left.
    const running: Promise<void> = work().catch(() => {})
      .finally(() => this.#backgroundWork.delete(running));
    this.#backgroundWork.add(running);
  }
}

async function mount(
  spec: ContainerSpec,
  volumes: ReadonlyMap<string, string>,
  root: string,
  isBare = false,
) {
  const mounts: Mount[] = [];
  for (const { name, mountPath, subPath } of spec.volumeMounts ?? []) {
    if (!isBare && internalDirectory(name) !== undefined) continue; // already part of the root
    // ".." cannot lead above the root, as in a container.
    const container = resolve("/", mountPath).replace(/\/+$/, "");
    const whole = volumes.get(name)!;
    await Deno.mkdir(whole, { recursive: true });
    const host = subPath
      ? await subDirectory(whole, { volume: name, container: spec.name, subPath })
      : whole;
    mounts.push({ container, host });
    // Links the mount below the root, for relative paths and listings: `cd /workspace && ls`.
    const link = root + container;
    await Deno.mkdir(link.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.symlink(host, link).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  }
  return mounts;
}

/**
 * Tekton's own volumes are directories of the pod's root: `tekton-internal-run-0` is /tekton/run/0.
 */
function internalDirectory(volume: string): string | undefined {
  const [, name] = /^tekton-internal-(.+)$/.exec(volume) ?? [];
  if (/^tekton-creds-init-home-\d+$/.test(volume)) return "/tekton/creds";
  if (name === undefined || name === "workspace") return name && "/workspace";
  return `/tekton/${name.replace(/^(run|debug)-/, "$1/")}`;
}

async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
