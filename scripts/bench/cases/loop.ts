import { commandLine } from "../../../tests/support/program.ts";
import type { BenchCase } from "../bench_case.ts";
import { openClaim } from "../claim.ts";
import { clear } from "../place.ts";
import { type Line, start } from "../process.ts";
import { formatMs } from "../report/row.ts";
import type { Stage } from "../stage.ts";
import { median, ratio } from "../report/statistics.ts";
import { goTree } from "../trees.ts";

const FIRST_LINE = "the first line of the step after the upload";

export const loop: BenchCase = {
  name: "loop",
  about: "the whole loop, 1,000 files: command to the first line of the step after the upload",
  repeat: 5,
  async run(stage, repeat) {
    await makePipeline(stage);
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < repeat; round++) {
      const turns = [
        async () => void ours.push(await uploadMs(stage)),
        async () => void bare.push(await bareMs(stage, round)),
      ];
      for (let at = 0; at < turns.length; at++) await turns[(round + at) % turns.length]();
      const [own, other] = [ours[round], bare[round]].map(formatMs);
      stage.say(`       ${round + 1}/${repeat} ours ${own}, no upload ${other}`);
    }
    return [{
      name: loop.name,
      what: "against the same Pipeline with no upload",
      unit: "x",
      figure: ratio(ours, bare),
      bar: 1.1,
      detail: `${formatMs(median(ours))} and ${formatMs(median(bare))}`,
    }];
  },
};

async function uploadMs(stage: Stage): Promise<number> {
  const { path } = await goTree(stage, { name: "project", files: 1_000, bytes: 9_000 });
  const { name, place } = await openClaim(stage);
  await clear(stage, place);
  const argv = ["pipeline", "upload", stage.name, path, "--on-task", "clone"];
  const startMs = performance.now();
  const line = await firstLine(stage, [...argv, "-w", `name=source,claimName=${name}`]);
  await stage.removeRuns();
  return line.atMs - startMs;
}

/** Runs the Task as kubectl starts it. It reads the logs as tkn-dev does. */
async function bareMs(stage: Stage, round: number): Promise<number> {
  const { name: claimName, place } = await openClaim(stage);
  await clear(stage, place);
  const name = `${stage.name}-${round}`;
  const startMs = performance.now();
  await stage.apply({
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { name, labels: stage.labels },
    spec: {
      pipelineRef: { name: stage.name },
      workspaces: [{ name: "source", persistentVolumeClaim: { claimName } }],
    },
  });
  const line = await firstLine(stage, ["pipelinerun", "logs", name, "-f"]);
  await stage.removeRuns();
  return line.atMs - startMs;
}

async function firstLine(stage: Stage, args: readonly string[]): Promise<Line> {
  let first: Line | undefined;
  const { code, stderr, stdout } = await start(commandLine(args), {
    env: { KUBECONFIG: stage.access.path },
    signal: stage.signal,
    onLine: (line) => {
      if (line.from === "stdout" && line.text.endsWith(FIRST_LINE)) first ??= line;
    },
  }).ended;
  if (code !== 0 || first === undefined) {
    throw new Error(`Cannot run the Pipeline: exit code ${code}\n${stderr}${stdout}`);
  }
  return first;
}

async function makePipeline(stage: Stage): Promise<void> {
  const { name, labels, options } = stage;
  const task = (script: string) => ({
    taskSpec: {
      workspaces: [{ name: "source" }],
      steps: [{ name: "run", image: options.image, script: `#!/bin/sh\n${script}\n` }],
    },
    workspaces: [{ name: "source" }],
  });
  await stage.apply({
    apiVersion: "tekton.dev/v1",
    kind: "Pipeline",
    metadata: { name, labels },
    spec: {
      workspaces: [{ name: "source" }],
      tasks: [
        { name: "clone", ...task("exit 0") },
        { name: "build", runAfter: ["clone"], ...task(`echo ${FIRST_LINE}`) },
      ],
    },
  });
}
