/** A namespace with its own volume, for one upload with a fault at a time. */
import { type Admin, type KubeObject, TEKTON } from "./admin.ts";
import { CLAIM, objects, OWN_PIPELINES, OWN_TASKS } from "../trial/profile.ts";

const OWN_LABEL = "tkn-dev-faults";
/** tkn-dev's annotation on temporary objects, which ends with the object's lifetime in seconds. */
const MARK = "tkn-dev/invocation";
const OLD_MS = 2 * 3_600_000;

/** A run and its state. */
export interface FoundRun {
  readonly name: string;
  readonly state: "pending" | "running" | "cancelling" | "succeeded" | "failed" | "cancelled";
}

export class TestNamespace {
  /** The directory of the volume on this machine, which is the node. */
  readonly directory: string;

  private constructor(
    readonly admin: Admin,
    readonly namespace: string,
    volumes: string,
  ) {
    this.directory = `${volumes}/${namespace}`;
  }

  static async open(admin: Admin, namespace: string, volumes: string): Promise<TestNamespace> {
    const testNamespace = new TestNamespace(admin, namespace, volumes);
    await admin.ensure("/api/v1/namespaces", named("Namespace", namespace));
    await Promise.all([
      admin.ensure(testNamespace.#path("/apis/rbac.authorization.k8s.io/v1", "rolebindings"), {
        ...named("RoleBinding", "dev"),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "edit" },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "dev" }],
      }),
      testNamespace.#makeVolume(),
      ...objects().map((object) => admin.ensure(testNamespace.tekton(plural(object)), object)),
    ]);
    const account = `${testNamespace.core("serviceaccounts")}/default`;
    while (await admin.get(account) === undefined) await new Promise((go) => setTimeout(go, 200));
    return testNamespace;
  }

  /** Deletes the namespaces of a killed test, which are older than any test takes. */
  static async removeOld(admin: Admin): Promise<void> {
    for (const path of ["/api/v1/namespaces", "/api/v1/persistentvolumes"]) {
      for (const { metadata } of await admin.list(`${path}?labelSelector=${OWN_LABEL}`)) {
        const ageMs = Date.now() - Date.parse(metadata.creationTimestamp!);
        if (ageMs > OLD_MS) await admin.remove(`${path}/${metadata.name}`);
      }
    }
  }

  /** Deletes the namespace and the volume, without waiting. */
  async close(): Promise<void> {
    await this.admin.remove(`/api/v1/namespaces/${this.namespace}`);
    await this.admin.remove(`/api/v1/persistentvolumes/${this.namespace}`);
  }

  core(plural: string): string {
    return this.#path("/api/v1", plural);
  }

  tekton(plural: string): string {
    return this.#path(TEKTON, plural);
  }

  /** Returns the runs that no other run owns: a PipelineRun, but not its TaskRuns. */
  async runs(): Promise<FoundRun[]> {
    const [pipelineRuns, taskRuns] = await Promise.all([
      this.admin.list(this.tekton("pipelineruns")),
      this.admin.list(this.tekton("taskruns")),
    ]);
    const own = taskRuns.filter(({ metadata }) => metadata.ownerReferences === undefined);
    return [...pipelineRuns, ...own].map((run) => ({
      name: run.metadata.name!,
      state: stateOf(run),
    }));
  }

  async pods(): Promise<KubeObject[]> {
    return await this.admin.list(this.core("pods"));
  }

  /** Returns temporary objects and claims, by kind and name. */
  async extras(): Promise<string[]> {
    const temporary = await this.#temporary();
    const claims = await this.admin.list(this.core("persistentvolumeclaims"));
    const others = claims.map(({ metadata }) => metadata.name!).filter((name) => name !== CLAIM);
    return [
      ...temporary.map(({ kind, name }) => `${kind} ${name}`),
      ...others.map((name) => `claim ${name}`),
    ];
  }

  /** Makes all temporary objects look expired. */
  async expire(): Promise<void> {
    for (const { path, object } of await this.#temporary()) {
      const mark: string | undefined = object.metadata.annotations?.[MARK];
      if (mark === undefined) continue;
      const annotations = { [MARK]: mark.replace(/\/\d+$/, "/0") };
      await this.admin.json("PATCH", path, { metadata: { annotations } });
    }
  }

  async #temporary() {
    const found = [];
    for (const [kind, own] of [["Task", OWN_TASKS], ["Pipeline", OWN_PIPELINES]] as const) {
      const collection = this.tekton(`${kind.toLowerCase()}s`);
      for (const object of await this.admin.list(collection)) {
        const name = object.metadata.name!;
        if (!own.includes(name)) found.push({ kind, name, path: `${collection}/${name}`, object });
      }
    }
    return found;
  }

  /** Deletes everything that an upload left, for the next upload. */
  async clear(): Promise<void> {
    const { admin } = this;
    for (const plural of ["pipelineruns", "taskruns"]) await admin.remove(this.tekton(plural));
    await admin.remove(this.core("pods"));
    for (const { path } of await this.#temporary()) await admin.remove(path);
    const areGone = async () =>
      (await this.pods()).length === 0 && (await this.runs()).length === 0;
    while (!await areGone()) await new Promise((go) => setTimeout(go, 500));
    for await (const { name } of Deno.readDir(this.directory)) {
      await Deno.remove(`${this.directory}/${name}`, { recursive: true });
    }
  }

  async #makeVolume(): Promise<void> {
    const { admin, namespace, directory } = this;
    await Deno.mkdir(directory, { recursive: true });
    await Deno.chmod(directory, 0o777);
    const size = { storage: "1Gi" };
    const accessModes = ["ReadWriteOnce"];
    await admin.ensure("/api/v1/persistentvolumes", {
      ...named("PersistentVolume", namespace),
      spec: {
        capacity: size,
        accessModes,
        hostPath: { path: directory },
        claimRef: { namespace, name: CLAIM },
        persistentVolumeReclaimPolicy: "Retain",
      },
    });
    await admin.ensure(this.core("persistentvolumeclaims"), {
      ...named("PersistentVolumeClaim", CLAIM),
      spec: { accessModes, volumeName: namespace, resources: { requests: size } },
    });
  }

  #path(group: string, plural: string): string {
    return `${group}/namespaces/${this.namespace}/${plural}`;
  }
}

function stateOf({ spec, status }: KubeObject): FoundRun["state"] {
  const condition = status?.conditions?.[0];
  if (condition?.status === "True") return "succeeded";
  if (condition?.status === "False") {
    return /Cancelled/.test(condition.reason) ? "cancelled" : "failed";
  }
  if (spec.status === "PipelineRunPending") return "pending";
  return /Cancelled/.test(spec.status ?? "") ? "cancelling" : "running";
}

function named(kind: string, name: string): KubeObject {
  const groups: Record<string, string> = { RoleBinding: "rbac.authorization.k8s.io/v1" };
  return {
    apiVersion: groups[kind] ?? "v1",
    kind,
    metadata: { name, labels: { [OWN_LABEL]: "" } },
  };
}

function plural({ kind }: KubeObject): string {
  return `${kind!.toLowerCase()}s`;
}
