/** A run with its TaskRuns and pods in a fake cluster, which a test changes step by step. */
import { PODS, type Stored } from "../../../src/kube/interface.ts";
import { refused } from "../../../src/kube/status.ts";
import {
  LABEL,
  PIPELINE_RUNS,
  type PipelineRun,
  RESOURCE_OF,
  type Run,
  type RunKind,
  TASK_RUNS,
  type TaskRun,
} from "../../../src/tekton/model.ts";
import type { ContainerStatus, Pod } from "../../../src/tekton/pod.ts";
import { GATE_DIRECTORY } from "../../../src/step/gate_script.ts";
import type { RunEvent } from "../../../src/events.ts";
import { LiveRun } from "../../../src/run/live_run.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube, type Kindless } from "../../support/fake_kube.ts";
import { turn } from "../../support/fake_transport.ts";

/** The state of each step: `a: running`, `a: 0` (its exit code) or `a: waiting`. */
export type Steps = Record<string, "waiting" | "running" | number>;

export const RUN = "p-run-1";

export class Stage implements AsyncDisposable {
  readonly kube = new FakeKube();
  readonly clock = new FakeClock();
  readonly events: RunEvent[] = [];
  readonly stop = new AbortController();
  /** The steps with a gate, as `task/step`. */
  readonly gates = new Set<string>();
  #live?: LiveRun;

  readonly emit = (event: RunEvent): void => void this.events.push(event);

  /** Creates a PipelineRun of these tasks, and a LiveRun of it. */
  pipelineRun(tasks: string[], last: string[] = []): LiveRun {
    const toTask = (name: string) => ({ name });
    const pipelineSpec = { tasks: tasks.map(toTask), finally: last.map(toTask) };
    return this.#follow(this.kube.put<PipelineRun>(PIPELINE_RUNS, {
      kind: "PipelineRun",
      metadata: { name: RUN },
      spec: { pipelineSpec },
    }));
  }

  taskRun(): LiveRun {
    const labels = { [LABEL.task]: "t" };
    return this.#follow(this.kube.put<TaskRun>(TASK_RUNS, {
      kind: "TaskRun",
      metadata: { name: RUN, labels },
      spec: {},
    }));
  }

  /** The log lines so far, as `task step: line`. */
  get said(): string[] {
    return this.events.filter((event) => event.kind === "log")
      .map(({ task, step, line }) => `${task ?? "-"} ${step}: ${line}`);
  }

  /** Sets the state of a task's pod; the task is "" in a TaskRun. */
  pod(task: string, steps: Steps, rest: Partial<Pod["status"]> = {}): Stored<Pod> {
    const volumeMounts = [{ name: "gate", mountPath: GATE_DIRECTORY }];
    return this.kube.put<Pod>(PODS, {
      metadata: {
        name: podName(task),
        labels: task === "" ? { [LABEL.taskRun]: RUN } : {
          [LABEL.pipelineRun]: RUN,
          [LABEL.pipelineTask]: task,
          [LABEL.taskRun]: `${RUN}-${task}`,
        },
      },
      spec: {
        containers: Object.keys(steps).map((name) => ({
          name: `step-${name}`,
          image: "i",
          ...(this.gates.has(`${task}/${name}`) ? { volumeMounts } : {}),
        })),
      },
      status: {
        phase: phaseOf(Object.values(steps)),
        containerStatuses: Object.entries(steps).map(statusOf),
        ...rest,
      },
    });
  }

  taskRunOf(task: string, status: TaskRun["status"]): void {
    const labels = { [LABEL.pipelineRun]: RUN, [LABEL.pipelineTask]: task };
    this.kube.put<TaskRun>(TASK_RUNS, {
      metadata: { name: `${RUN}-${task}`, labels },
      spec: {},
      status,
    });
  }

  log(task: string, step: string) {
    return this.kube.log(podName(task), `step-${step}`);
  }

  /** Ends the run. */
  end(succeeded: boolean, reason = succeeded ? "Succeeded" : "Failed", rest = {}): void {
    const isPipelineRun = this.#live?.kind !== "TaskRun";
    this.kube.update<PipelineRun>(isPipelineRun ? PIPELINE_RUNS : TASK_RUNS, RUN, (run) => {
      run.status = { ...run.status, ...ended(succeeded, reason), ...rest };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.#live?.[Symbol.asyncDispose]();
    await turn();
  }

  #follow(run: Stored<PipelineRun | TaskRun>): LiveRun {
    return this.#live = new LiveRun(this.kube, run, this.clock);
  }
}

export function podName(task: string): string {
  return task === "" ? `${RUN}-pod` : `${RUN}-${task}-pod`;
}

/** A pod with gates in the containers of these steps. */
export function gatedPod(
  name: string,
  labels: Record<string, string>,
  steps: Record<string, ContainerStatus["state"]>,
  phase = "Running",
): Kindless<Pod> {
  const volumeMounts = [{ name: "gate", mountPath: GATE_DIRECTORY }];
  return {
    metadata: { name, labels },
    spec: {
      containers: Object.keys(steps).map((step) => ({
        name: `step-${step}`,
        image: "i",
        volumeMounts,
      })),
    },
    status: {
      phase,
      containerStatuses: Object.entries(steps)
        .map(([step, state]) => ({ name: `step-${step}`, state })),
    },
  };
}

/** Ends a run of this kind. */
export function endRun(kube: FakeKube, kind: RunKind, name: string, succeeded: boolean): void {
  kube.update<Run>(RESOURCE_OF[kind], name, (run) => {
    run.status = ended(succeeded, succeeded ? "Succeeded" : "Failed");
  });
}

/** The answer to a user who may not read logs. */
export const LOGS_REFUSED = refused(
  { verb: "read the logs of", kind: "Pod", name: "p", server: "s" },
  { code: 403, message: "no" },
);

export function ended(succeeded: boolean, reason: string, message = "") {
  const status = succeeded ? "True" as const : "False" as const;
  return { conditions: [{ type: "Succeeded", status, reason, message }] };
}

function phaseOf(states: Steps[string][]): string {
  if (states.includes("running")) return "Running";
  if (states.includes("waiting")) return "Pending";
  return states.some((state) => state !== 0) ? "Failed" : "Succeeded";
}

function statusOf([name, state]: [string, Steps[string]]): ContainerStatus {
  return {
    name: `step-${name}`,
    state: state === "waiting"
      ? { waiting: { reason: "PodInitializing" } }
      : state === "running"
      ? { running: {} }
      : { terminated: { exitCode: state } },
  };
}
