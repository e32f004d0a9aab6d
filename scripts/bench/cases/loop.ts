import { commandLine } from "../../../tests/support/program.ts";
import type { BenchCase } from "../bench_case.ts";
import { openClaim } from "../claim.ts";
import { clear } from "../volume_pod.ts";
import { type Line, start } from "../process.ts";
import { formatMs } from "../report/row.ts";
import type { Fixture } from "../fixture.ts";
import { median, ratio } from "../report/statistics.ts";
import { goTree } from "../trees.ts";

export const FIRST_LINE = "the first line of the step after the upload";

export const loop: BenchCase = {
  name: "loop",
  about: "the whole loop, 1,000 files: command to the first line of the step after the upload",
  repeat: 5,
  async run(fixture, repeat) {
    await makePipeline(fixture);
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < repeat; round++) {
      const turns = [
        async () => void ours.push(await uploadMs(fixture)),
        async () => void bare.push(await bareMs(fixture, round)),
      ];
      for (let at = 0; at < turns.length; at++) await turns[(round + at) % turns.length]();
      const [own, other] = [ours[round], bare[round]].map(formatMs);
      fixture.say(`       ${round + 1}/${repeat} ours ${own}, no upload ${other}`);
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

async function uploadMs(fixture: Fixture): Promise<number> {
  const { path } = await goTree(fixture, { name: "project", files: 1_000, bytes: 9_000 });
  const { name, volumePod } = await openClaim(fixture);
  await clear(fixture, volumePod);
  const argv = ["pipeline", "upload", fixture.name, path, "--on-task", "clone"];
  const startMs = performance.now();
  const line = await firstLine(fixture, [...argv, "-w", `name=source,claimName=${name}`]);
  await fixture.removeRuns();
  return line.atMs - startMs;
}

/** Runs the Task as kubectl starts it. It reads the logs as tkn-dev does. */
async function bareMs(fixture: Fixture, round: number): Promise<number> {
  const { name: claimName, volumePod } = await openClaim(fixture);
  await clear(fixture, volumePod);
  const name = `${fixture.name}-${round}`;
  const startMs = performance.now();
  await fixture.apply({
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { name, labels: fixture.labels },
    spec: {
      pipelineRef: { name: fixture.name },
      workspaces: [{ name: "source", persistentVolumeClaim: { claimName } }],
    },
  });
  const line = await firstLine(fixture, ["pipelinerun", "logs", name, "-f"]);
  await fixture.removeRuns();
  return line.atMs - startMs;
}

async function firstLine(fixture: Fixture, args: readonly string[]): Promise<Line> {
  let first: Line | undefined;
  const { code, stderr, stdout } = await start(commandLine(args), {
    env: { KUBECONFIG: fixture.access.path },
    signal: fixture.signal,
    onLine: (line) => {
      if (line.from === "stdout" && line.text.endsWith(FIRST_LINE)) first ??= line;
    },
  }).ended;
  if (code !== 0 || first === undefined) {
    throw new Error(`Cannot run the Pipeline: exit code ${code}\n${stderr}${stdout}`);
  }
  return first;
}

/** Makes a Pipeline whose task after the upload prints the line, and a Task that does. */
export function makePipeline(fixture: Fixture): Promise<void> {
  return fixture.once("pipeline", () => make(fixture));
}

async function make(fixture: Fixture): Promise<void> {
  const { name, labels, options } = fixture;
  const spec = (script: string) => ({
    workspaces: [{ name: "source" }],
    steps: [{ name: "run", image: options.image, script: `#!/bin/sh\n${script}\n` }],
  });
  const task = (script: string) => ({
    taskSpec: spec(script),
    workspaces: [{ name: "source" }],
  });
  await fixture.apply({
    apiVersion: "tekton.dev/v1",
    kind: "Task",
    metadata: { name, labels },
    spec: spec(`echo ${FIRST_LINE}`),
  });
  await fixture.apply({
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
