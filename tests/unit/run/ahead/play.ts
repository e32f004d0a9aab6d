/** A run that waits for a save, in a fake cluster. */
import assert from "node:assert/strict";
import type { RunEvent } from "../../../../src/events.ts";
import type { ExecOptions, ExecResult } from "../../../../src/kube/interface.ts";
import { PODS } from "../../../../src/kube/interface.ts";
import { createNextRun, type NextRunOptions } from "../../../../src/run/ahead/next_run.ts";
import { LiveRun } from "../../../../src/run/live_run.ts";
import { HELD_PREFIX } from "../../../../src/step/protocol/gate.ts";
import { LABEL, PIPELINE_RUNS, type PipelineRun } from "../../../../src/tekton/model.ts";
import type { Pod } from "../../../../src/tekton/pod.ts";
import { receive } from "../../../support/fake_receiver.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { turn, until } from "../../../support/fake_transport.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { tree } from "../../../support/tree_text.ts";
import { ended, gatedPod } from "../stage.ts";
import { uploadOptions } from "../upload_options.ts";

export const MINUTE = 60_000;

/** Plays a run that waits for a save beside a current run. */
export class Play implements AsyncDisposable {
  readonly kube = new FakeKube();
  readonly host = new FakeHost(new MemoryFiles(tree("file a hello")), this.kube);
  readonly events: RunEvent[] = [];
  readonly left: string[] = [];
  readonly current: LiveRun;
  /** The words of each receiver: hold or continue. */
  readonly words: string[] = [];
  /** The claim of the workspace. */
  claim = "pvc-0123456789";
  isReady = false;
  /** Whether nothing is sent before the save. */
  isVisited = false;
  name = "";
  /** Plays the receivers that get no archive, until the signal. */
  onVisit: (options: ExecOptions) => Promise<ExecResult> = ({ signal }) =>
    new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));

  constructor() {
    const run: PipelineRun = { kind: "PipelineRun", metadata: { name: "current" }, spec: {} };
    this.current = new LiveRun(
      this.kube,
      this.kube.put<PipelineRun>(PIPELINE_RUNS, run),
      this.host.clock,
    );
    this.kube.onCreated = ({ metadata }) => {
      this.name = metadata.name!;
      this.hold();
    };
    this.kube.onExec = async (options) => {
      const word = options.command[8];
      const isVisit = (this.isReady || this.isVisited) && word === "hold";
      this.words.push(isVisit ? "visit" : word);
      if (isVisit) return await this.onVisit(options);
      const received = await receive(options);
      if (word === "continue") this.finish();
      return received;
    };
  }

  options(): NextRunOptions {
    const { kube, host } = this;
    return {
      kube,
      clock: host.clock,
      random: host.random,
      runManifest: {
        inline: () => ({
          kind: "PipelineRun",
          metadata: { generateName: "p-run-", namespace: "default" },
          spec: { pipelineSpec: { tasks: [{ name: "clone" }, { name: "test" }] } },
        }),
      },
      upload: {
        ...uploadOptions(host.files),
        results: { commit: "abc" },
        annotations: () => ({ "tkn-dev/upload": "x" }),
      },
      emit: (event) => this.events.push(event),
      interrupt: host.interrupt,
      current: this.current,
      onReady: () => this.isReady = true,
      onLeft: (text) => this.left.push(text),
    };
  }

  async create() {
    return await createNextRun(this.options());
  }

  async ready() {
    const next = await this.create();
    await until(() => this.isReady, "the run is ready");
    return next;
  }

  hold(): void {
    this.pod("clone", { running: {} });
    this.kube.log("clone-pod", "step-s").say(`${HELD_PREFIX}/workspace/output`);
  }

  finish(): void {
    this.kube.log("clone-pod", "step-s").end();
    this.pod("clone", { terminated: { exitCode: 0 } }, "Succeeded");
    this.kube.log("test-pod", "step-s").say("tested");
    this.kube.log("test-pod", "step-s").end();
    this.pod("test", { terminated: { exitCode: 0 } }, "Succeeded");
    setTimeout(() =>
      this.kube.update<PipelineRun>(PIPELINE_RUNS, this.name, (run) => {
        const times = {
          startTime: "2026-01-01T00:00:00Z",
          completionTime: "2026-01-01T00:05:03Z",
        };
        run.status = { ...ended(true, "Succeeded"), ...times };
      })
    );
  }

  pod(
    task: string,
    state: { running?: object; terminated?: { exitCode: number } },
    phase = "Running",
  ): void {
    const labels = { [LABEL.pipelineRun]: this.name, [LABEL.pipelineTask]: task };
    const pod = gatedPod(`${task}-pod`, labels, { s: state }, phase);
    pod.spec!.containers![0].volumeMounts!.push({ name: "ws", mountPath: "/workspace/output" });
    pod.spec!.volumes = [{ name: "ws", persistentVolumeClaim: { claimName: this.claim } }];
    this.kube.put<Pod>(PODS, pod);
  }

  get kinds(): string[] {
    const kinds = this.events.map(({ kind }) => kind).filter((kind) => kind !== "tasks");
    return kinds.filter((kind, at) => kind !== kinds[at - 1]);
  }

  get changes(): string[] {
    return this.kube.changes.map((change) => change.replaceAll(this.name, "NEXT"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.current[Symbol.asyncDispose]();
    for (let turns = 0; turns < 5; turns++) await turn();
    assert.equal(this.kube.watcherCount, 0);
    assert.equal(this.host.clock.alarmCount, 0);
  }
}
