/** The logs of many tasks at once: one tkn-dev against one kubectl for each pod. */
import assert from "node:assert/strict";
import { commandLine } from "../../../tests/support/program.ts";
import type { BenchCase } from "../bench_case.ts";
import type { Fixture } from "../fixture.ts";
import { execute } from "../process.ts";
import { formatMs } from "../report/row.ts";
import { median, ratio } from "../report/statistics.ts";

const TASKS = 30;
const LINES = 10_000;

export const logs: BenchCase = {
  name: "logs",
  about: `the logs of ${TASKS} tasks of ${LINES} lines each, followed to their end`,
  repeat: 5,
  async run(fixture, repeat) {
    await makeRun(fixture);
    const pods = await podsOf(fixture);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < repeat; round++) {
      const turns = [
        async () => void ours.push(await tknDevMs(fixture)),
        async () => void theirs.push(await kubectlMs(fixture, pods)),
      ];
      for (let at = 0; at < turns.length; at++) await turns[(round + at) % turns.length]();
      assert.deepEqual(await sortedLines(fixture, ["ours"]), await sortedLines(fixture, pods));
      const [own, other] = [ours[round], theirs[round]].map(formatMs);
      fixture.say(`       ${round + 1}/${repeat} ours ${own}, kubectl ${other}`);
    }
    await fixture.removeRuns();
    return [{
      name: logs.name,
      what: "against kubectl logs -f for each pod",
      unit: "x",
      figure: ratio(ours, theirs),
      bar: 1.2,
      detail: `${formatMs(median(ours))} and ${formatMs(median(theirs))}, of a run that has ended`,
    }];
  },
};

async function tknDevMs(fixture: Fixture): Promise<number> {
  const args = ["pipelinerun", "logs", fixture.name, "-f", "--prefix=false"];
  return await timeMs(fixture, [{ file: "ours", argv: commandLine(args) }]);
}

async function kubectlMs(fixture: Fixture, pods: readonly string[]): Promise<number> {
  const argv = ["kubectl", "logs", "-f", "-c", "step-say"];
  return await timeMs(fixture, pods.map((pod) => ({ file: pod, argv: [...argv, pod] })));
}

/** Runs the programs at once, each into a file, and returns the time until all have ended. */
async function timeMs(
  { access, signal, directory }: Fixture,
  programs: readonly { readonly file: string; readonly argv: readonly string[] }[],
): Promise<number> {
  const startMs = performance.now();
  await Promise.all(programs.map(({ file, argv }) => {
    const into = ["sh", "-c", 'out=$1; shift; exec "$@" > "$out"', "sh", `${directory}/${file}`];
    return execute([...into, ...argv], { env: { KUBECONFIG: access.path }, signal });
  }));
  return performance.now() - startMs;
}

async function sortedLines({ directory }: Fixture, files: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(`${directory}/${file}`)));
  return texts.flatMap((text) => text.split("\n").filter((line) => line !== "")).sort();
}

async function makeRun(fixture: Fixture): Promise<void> {
  const { name, labels, options } = fixture;
  const say = (task: string) =>
    `#!/bin/sh\nseq 1 ${LINES} | sed 's/^/${task} says that this is line number /'\n`;
  const tasks = Array.from({ length: TASKS }, (_, at) => `t${at}`).map((task) => ({
    name: task,
    taskSpec: { steps: [{ name: "say", image: options.image, script: say(task) }] },
  }));
  await fixture.apply({
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { name, labels },
    spec: { pipelineSpec: { tasks } },
  });
  const succeeded = "--for=condition=Succeeded";
  await fixture.kubectl(["wait", `pipelinerun/${name}`, succeeded, "--timeout=300s"]);
}

async function podsOf(fixture: Fixture): Promise<string[]> {
  const names = "jsonpath={.items[*].metadata.name}";
  const label = `tekton.dev/pipelineRun=${fixture.name}`;
  return (await fixture.kubectl(["get", "pods", "-l", label, "-o", names])).stdout.split(" ");
}
