/** The names that completion offers, from the kubeconfig and the cluster. */
import type { Candidate } from "../../cli/completion/completed.ts";
import type {
  Names,
  ObjectKind,
  PipelineNames,
  TaskNames,
  TypedCluster,
} from "../../cli/completion/names.ts";
import { childrenOf } from "../../objects/children.ts";
import { NAMESPACES } from "../../objects/namespaces.ts";
import { newestFirst } from "../../objects/object_age.ts";
import { findHeldSteps, heldInPods } from "../../hold/held_steps.ts";
import { howHeld, type Pause, stepPath } from "../../hold/pause.ts";
import type { ConnectOptions, Host, KubeContext } from "../../host.ts";
import { type Kube, PODS, type Stored } from "../../kube/interface.ts";
import {
  LABEL,
  type Pipeline,
  PIPELINES,
  RESOURCE_OF,
  type RunKind,
  type Task,
  TASK_RUNS,
  type TaskRun,
  TASKS,
  type TaskSpec,
} from "../../tekton/model.ts";
import type { Pod } from "../../tekton/pod.ts";
import { pipelineNames, taskNames } from "./definition_names.ts";
import { objectText, RESOURCES } from "./named_objects.ts";

/** At most so many runs are offered, the newest ones. */
const MOST_RUNS = 100;
/** At most so many pods are asked whether they hold, the newest ones. */
const MOST_HELD = 20;

/** Lookups that fail, or that the signal ends, find nothing: a finished line shows the error. */
export class ClusterNames implements Names {
  readonly #host: Host;
  readonly #options: ConnectOptions;
  readonly #late: Promise<never>;
  readonly #tasks = new Map<string, Promise<TaskSpec>>();
  #kube?: Promise<Kube>;

  constructor(host: Host, cluster: TypedCluster, late: AbortSignal) {
    this.#host = host;
    this.#options = { ...cluster, kubeconfig: withHome(cluster.kubeconfig, host) };
    this.#late = new Promise((_, reject) => {
      late.addEventListener("abort", () => reject(late.reason), { once: true });
    });
    this.#late.catch(() => {}); // of a call that is in time
  }

  async contexts(): Promise<Candidate[]> {
    return (await this.#readContexts()).map(({ name, cluster, namespace }) => ({
      word: name,
      text: namespace === undefined ? cluster : `${cluster}, namespace ${namespace}`,
    }));
  }

  /** Who may not list namespaces gets those of the contexts. */
  async namespaces(): Promise<Candidate[]> {
    const listed = await this.#inTime(undefined, async () => {
      const kube = await this.#connect();
      const found = await kube.list(NAMESPACES, { namespace: "", metadataOnly: true });
      return found.map(({ metadata }) => ({ word: metadata.name }));
    });
    if (listed !== undefined) return listed;
    const names = (await this.#readContexts()).flatMap(({ namespace }) => namespace ?? []);
    return [...new Set(names)].map((word) => ({ word }));
  }

  objects(kind: ObjectKind): Promise<Candidate[]> {
    return this.#inTime([], async () => {
      const kube = await this.#connect();
      const namespace = kind === "storage classes" ? "" : kube.namespace;
      const metadataOnly = kind !== "claims";
      const found = await kube.list(RESOURCES[kind], { namespace, metadataOnly });
      return found.map((object) => ({ word: object.metadata.name, text: objectText(object) }));
    });
  }

  runs(group: string, definition?: string): Promise<Candidate[]> {
    return this.#inTime([], async () => {
      const kube = await this.#connect();
      const kind = kindOf(group);
      const label = kind === "PipelineRun" ? LABEL.pipeline : LABEL.task;
      const labels = definition === undefined ? undefined : `${label}=${definition}`;
      const selector = { namespace: kube.namespace, labels, metadataOnly: true };
      const found = await kube.list(RESOURCE_OF[kind], selector);
      return found.toSorted(newestFirst).slice(0, MOST_RUNS)
        .map(({ metadata }) => ({ word: metadata.name, text: metadata.labels?.[label] }));
    });
  }

  runTasks(run: string): Promise<Candidate[]> {
    return this.#inTime([], async () => {
      const taskRuns = await taskRunsOf(await this.#connect(), run);
      const tasks = taskRuns.flatMap(({ metadata }) => metadata.labels?.[LABEL.pipelineTask] ?? []);
      return [...new Set(tasks)].map((word) => ({ word }));
    });
  }

  runSteps(group: string, run: string): Promise<Candidate[]> {
    return this.#inTime([], async () => {
      const kube = await this.#connect();
      const taskRuns = kindOf(group) === "TaskRun"
        ? [await kube.get<TaskRun>(TASK_RUNS, kube.namespace, run)]
        : await taskRunsOf(kube, run);
      const steps = taskRuns.flatMap(({ metadata, status }) =>
        (status?.steps ?? []).flatMap(({ name }): Candidate[] =>
          name === undefined ? [] : [{ word: name, text: metadata.labels?.[LABEL.pipelineTask] }]
        )
      );
      return [...Map.groupBy(steps, ({ word }) => word).values()].map(([first]) => first);
    });
  }

  heldRuns(group: string): Promise<Candidate[]> {
    return this.#inTime([], async () => {
      const kube = await this.#connect();
      const labels = kindOf(group) === "PipelineRun" ? LABEL.pipelineRun : LABEL.taskRun;
      const { namespace } = kube;
      const pods = await kube.list<Pod>(PODS, {
        namespace,
        labels,
        fields: "status.phase=Running",
      });
      const newest = pods.toSorted(newestFirst).slice(0, MOST_HELD);
      const pauses = await Promise.all(
        newest.map((pod) =>
          this.#inTime([], () => heldInPods(kube, [pod])).then((held) =>
            held.map((pause) => ({ run: pod.metadata.labels![labels], pause }))
          )
        ),
      );
      const byRun = Map.groupBy(pauses.flat(), ({ run }) => run);
      return [...byRun].map(([run, held]) => ({
        word: run,
        text: held.map(({ pause }) => heldText(pause)).join("; "),
      }));
    });
  }

  heldSteps(group: string, run: string): Promise<Candidate[]> {
    return this.#inTime([], async () => {
      const kube = await this.#connect();
      const { namespace } = kube;
      const held = await findHeldSteps(kube, { kind: kindOf(group), namespace, name: run });
      return held.map((pause) => ({ word: stepPath(pause), text: `held ${howHeld(pause)}` }));
    });
  }

  pipeline(name: string): Promise<PipelineNames | undefined> {
    return this.#inTime(undefined, async () => {
      const kube = await this.#connect();
      const { spec } = await kube.get<Pipeline>(PIPELINES, kube.namespace, name);
      const readTask = (task: string) => this.#inTime(undefined, () => this.#readTask(task));
      return pipelineNames(spec, readTask);
    });
  }

  task(name: string): Promise<TaskNames | undefined> {
    return this.#inTime(undefined, async () => taskNames(await this.#readTask(name)));
  }

  #readTask(name: string): Promise<TaskSpec> {
    const known = this.#tasks.get(name);
    if (known !== undefined) return known;
    const reading = this.#connect()
      .then((kube) => kube.get<Task>(TASKS, kube.namespace, name))
      .then(({ spec }) => spec);
    this.#tasks.set(name, reading);
    return reading;
  }

  async #readContexts(): Promise<readonly KubeContext[]> {
    return await this.#host.contexts(this.#options).catch(() => []);
  }

  #connect(): Promise<Kube> {
    return this.#kube ??= this.#host.connect(this.#options);
  }

  async #inTime<T>(otherwise: T, look: () => Promise<T>): Promise<T> {
    try {
      return await Promise.race([look(), this.#late]);
    } catch {
      return otherwise;
    }
  }
}

function taskRunsOf(kube: Kube, name: string): Promise<Stored<TaskRun>[]> {
  const { namespace } = kube;
  return kube.list<TaskRun>(TASK_RUNS, childrenOf({ kind: "PipelineRun", namespace, name }));
}

function kindOf(group: string): RunKind {
  return group === "task" || group === "taskrun" ? "TaskRun" : "PipelineRun";
}

/** The typed word is as the shell has it before it expands a home directory. */
function withHome(path: string | undefined, { env }: Host): string | undefined {
  return path?.replace(/^~(?=\/)/, (tilde) => env.get("HOME") ?? tilde);
}

function heldText(pause: Pause): string {
  return `${stepPath(pause)} ${howHeld(pause)}`;
}
