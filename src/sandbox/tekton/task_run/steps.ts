/**
 * Runs a pod's steps one after another, as Tekton's entrypoints do, and maintains the pod's status.
 */
import entrypoint from "./entrypoint.sh" with { type: "text" };
import type { Step } from "../../../tekton/model.ts";
import type { ContainerStatus } from "../../../tekton/pod.ts";
import { type Container, StartError } from "../../node/container.ts";
import { PODS } from "../../store/kinds.ts";
import type { RunningPod } from "../../node/kubelet.ts";
import { now } from "../../store/store.ts";
import type { TektonContext } from "../context.ts";
import { durationMs } from "../duration.ts";
import { postFile, previousEnd } from "./breakpoints.ts";
import { type RawResult, readResults } from "./results.ts";
import { containerName } from "../names.ts";
import { Values } from "../substitute.ts";
import { scriptPath } from "./task_pod.ts";
import type { ResolvedTask } from "./task_spec.ts";
import { whenHolds } from "../when.ts";
import type { PodObject } from "../../node/pod_object.ts";

type State = NonNullable<ContainerStatus["state"]> & { terminated?: Record<string, unknown> };

/** A step as the TaskRun's status shows it. */
export interface StepRecord {
  readonly name: string;
  readonly container: string;
  state: State;
  terminationReason?: string;
  /** The real exit code, if onError lets the container end with 0. */
  ignoredExitCode?: number;
  results: RawResult[];
}

interface Ending {
  readonly exitCode: number;
  /** Whether it failed and a breakpoint waits for failures. */
  readonly isHeld?: boolean;
  readonly terminationReason?: string;
  readonly ignoredExitCode?: number;
}

/** The limit of a container's termination message. */
const MESSAGE_BYTES = 4096;

export class StepRunner {
  readonly records: StepRecord[];
  /** Results of the task that the steps have written so far. */
  readonly taskResults = new Map<string, string>();

  constructor(
    private readonly context: TektonContext,
    private readonly pod: PodObject,
    private readonly task: ResolvedTask,
    /** Called after each change. Returns false if the pod no longer exists. */
    private readonly publish: () => boolean,
  ) {
    this.records = task.steps.map(({ name }) => ({
      name: name!,
      container: containerName(name!),
      state: { waiting: { reason: "PodInitializing" } },
      results: [],
    }));
  }

  /** Writes the scripts and starts all containers. */
  async start(running: RunningPod): Promise<void> {
    await Deno.mkdir(`${running.root}/tekton/bin`, { recursive: true });
    await Deno.writeTextFile(`${running.root}/tekton/bin/entrypoint`, entrypoint, { mode: 0o755 });
    running.initLogs.get("prepare")?.note("Entrypoint initialization");
    for (const [at, step] of this.task.steps.entries()) {
      const container = running.containers.get(this.records[at].container)!;
      await this.#makeDirectories(running, container, at);
      if (step.script !== undefined) {
        const file = running.root + scriptPath(at);
        await Deno.writeTextFile(file, container.paths.toHost(scriptText(step.script)), {
          mode: 0o755,
        });
        running.initLogs.get("place-scripts")?.note(`Decoded script ${scriptPath(at)}`);
      }
    }
    for (const log of running.initLogs.values()) log.end();
    for (const [at, container] of [...running.containers.values()].entries()) {
      container.running = true;
      this.records[at].state = { running: { startedAt: now() } };
    }
  }

  /** Makes a step's own directory, its two other names, and the files for its breakpoints. */
  async #makeDirectories({ root }: RunningPod, container: Container, at: number): Promise<void> {
    const own = `${root}/tekton/run/${at}/status`;
    for (const name of ["results", "artifacts"]) {
      await Deno.mkdir(`${own}/${name}`, { recursive: true });
    }
    await Deno.chmod(`${root}/tekton/run/${at}`, 0o777);
    await Deno.symlink(own, `${root}/tekton/steps/${at}`);
    await Deno.symlink(own, `${root}/tekton/steps/${container.name}`);
    await this.task.breakpoints.equip(container, at);
  }

  /** Resolves once all steps have ended or the pod is deleted. */
  async run(running: RunningPod): Promise<void> {
    let hasFailed = false;
    for (const [at, step] of this.task.steps.entries()) {
      const record = this.records[at];
      const container = running.containers.get(record.container)!;
      let ending: Ending = hasFailed ? skipped(container) : await this.#step(step, at, container);
      await this.#collect(step, container, record);
      if (ending.isHeld) {
        ending = { exitCode: await this.task.breakpoints.holdOnFailure(container, at) };
      } else await this.#post(container, at, ending.exitCode);
      await container.finish();
      const message = this.#message(record);
      const isTooLong = message.length > MESSAGE_BYTES;
      const exitCode: number = isTooLong ? 1 : ending.exitCode;
      hasFailed ||= exitCode !== 0 && !this.task.breakpoints.onFailure; // with the breakpoint, later steps still run
      record.terminationReason = ending.terminationReason ??
        (exitCode === 0 ? "Completed" : "Error");
      record.ignoredExitCode = ending.ignoredExitCode;
      record.state = {
        terminated: {
          exitCode,
          reason: exitCode === 0 ? "Completed" : "Error",
          ...(message !== "" && !isTooLong && { message }),
          startedAt: record.state.running?.startedAt ?? now(),
          finishedAt: now(),
        },
      };
      if (!this.publish()) return;
    }
    await running.finish();
  }

  async #step(given: Step, at: number, container: Container): Promise<Ending> {
    const { breakpoints } = this.task;
    if (breakpoints.onFailure) await previousEnd(container, at);
    if (breakpoints.isBefore(given.name!) && !await breakpoints.holdBefore(container, at)) {
      return { exitCode: 1 };
    }
    const step = this.#withStepResults(given);
    for (const [at, { name, value }] of (step.env ?? []).entries()) {
      if (value !== undefined && value !== given.env![at].value) container.setVariable(name, value);
    }
    if (!whenHolds(step.when)) {
      container.log.note("INFO Step was skipped due to when expressions were evaluated to false.");
      return { exitCode: 0, terminationReason: "Skipped" };
    }
    let exit;
    let isLate = false;
    try {
      const process = await startStep(step, at, container);
      const limit = durationMs(step.timeout);
      const timer = limit === undefined ? undefined : setTimeout(() => {
        isLate = true;
        process.kill();
      }, limit);
      exit = await container.run(process);
      clearTimeout(timer);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      if (breakpoints.onFailure) return { exitCode: 1, isHeld: true };
      container.log.note(`Error executing command: ${error.message}`);
      return { exitCode: 1 };
    }
    if (isLate) {
      container.log.note("context deadline exceeded");
      return { exitCode: 1, terminationReason: "TimeoutExceeded" };
    }
    const exitCode = exit.code ?? 255; // Go's -1, for a process that a signal ended
    if (exitCode !== 0 && breakpoints.onFailure) return { exitCode, isHeld: true };
    const isIgnored = exitCode !== 0 && step.onError === "continue";
    if (exitCode === 0 || isIgnored) {
      const file = container.paths.toHost(`/tekton/steps/${container.name}/exitCode`);
      await Deno.writeTextFile(file, String(exitCode)).catch(() => {}); // the pod is being removed
    }
    if (!isIgnored) return { exitCode };
    return { exitCode: 0, ignoredExitCode: exitCode, terminationReason: "Continued" };
  }

  /** Writes the file that the next step waits for. */
  async #post({ paths }: Container, at: number, exitCode: number): Promise<void> {
    const file = paths.toHost(postFile(at)) + (exitCode === 0 ? "" : ".err");
    await Deno.writeTextFile(file, "").catch(() => {}); // the pod is being removed
  }

  /** Replaces `$(steps.S.results.R)` in a step by the results of earlier steps. */
  #withStepResults(step: Step): Step {
    const values = new Values();
    for (const { name, results } of this.records) {
      for (const result of results) values.add(`steps.${name}.results`, result.name, result.text);
    }
    const { command, args, env, when } = values.deep({
      command: step.command,
      args: step.args,
      env: step.env,
      when: step.when,
    });
    return { ...step, command, args, env, when };
  }

  async #collect(step: Step, container: Container, record: StepRecord): Promise<void> {
    const { paths } = container;
    const directory = `/tekton/steps/${container.name}/results`;
    record.results = await readResults(directory, step.results ?? [], paths);
    const declared = this.task.spec.results ?? [];
    for (const { name, text } of await readResults("/tekton/results", declared, paths)) {
      this.taskResults.set(name, text);
    }
  }

  /** Returns the entrypoint's message to the controller: the results as JSON. */
  #message(record: StepRecord): string {
    const entries = [
      ...[...this.taskResults].map(([key, value]) => ({ key, value, type: 1 })),
      ...record.results.map(({ name, text }) => ({ key: name, value: text, type: 4 })),
    ];
    return entries.length === 0 ? "" : JSON.stringify(entries);
  }
}

/** A script without "#!" runs in sh and ends at its first failure. */
function scriptText(script: string): string {
  return script.trimStart().startsWith("#!") ? script : `#!/bin/sh\nset -e\n${script}`;
}

async function startStep(step: Step, at: number, container: Container) {
  const args = (step.args ?? []).map((word) => container.expand(word));
  if (step.script !== undefined) {
    return await container.startScript(scriptPath(at), scriptText(step.script), args);
  }
  const command = (step.command ?? []).map((word) => container.expand(word));
  return await container.start([...command, ...args]);
}

function skipped(container: Container): Ending {
  container.log.note("Skipping step because a previous step failed");
  return { exitCode: 1, terminationReason: "Skipped" };
}

/** Writes the pod's status. Returns undefined if the pod no longer exists. */
export function publishPod(context: TektonContext, pod: PodObject, records: readonly StepRecord[]) {
  return context.store.modify<PodObject>(PODS, pod, (copy) => {
    copy.spec.nodeName = "sandbox";
    const containerStatuses = copy.spec.containers.map(({ name, image }, at) => ({
      name,
      image,
      imageID: "",
      restartCount: 0,
      ready: records[at].state.running !== undefined,
      started: records[at].state.running !== undefined,
      state: records[at].state,
    }));
    const phase = phaseOf(records);
    const conditions = podConditions(phase);
    const startTime = (copy.status as { startTime?: string }).startTime ?? now();
    const isPrepared = records.some(({ state }) => state.waiting?.reason !== "PodInitializing");
    const initContainerStatuses = copy.spec.initContainers?.map(({ name, image }) => ({
      name,
      image,
      state: isPrepared
        ? {
          terminated: {
            exitCode: 0,
            reason: "Completed",
            startedAt: startTime,
            finishedAt: startTime,
          },
        }
        : { waiting: { reason: "PodInitializing" } },
    }));
    copy.status = {
      ...copy.status as Record<string, unknown>,
      phase,
      startTime,
      hostIP: "127.0.0.1",
      podIP: "127.0.0.1",
      conditions,
      initContainerStatuses,
      containerStatuses,
    };
  });
}

function podConditions(phase: string) {
  const ready = phase === "Running" ? "True" : "False";
  return [
    { type: "PodScheduled", status: "True" },
    { type: "Initialized", status: phase === "Pending" ? "False" : "True" },
    { type: "ContainersReady", status: ready },
    { type: "Ready", status: ready },
  ];
}

function phaseOf(records: readonly StepRecord[]): string {
  if (records.some(({ state }) => state.waiting !== undefined)) return "Pending";
  if (records.some(({ state }) => state.running !== undefined)) return "Running";
  const isGood = records.every(({ state }) => state.terminated?.exitCode === 0);
  return isGood ? "Succeeded" : "Failed";
}
