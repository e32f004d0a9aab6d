import { commandLine } from "../../../tests/support/program.ts";
import type { BenchCase } from "../bench_case.ts";
import { makeTask } from "../upload.ts";
import { execute, type Line, start as startProcess } from "../process.ts";
import type { Row } from "../report/row.ts";
import type { Fixture } from "../fixture.ts";
import { figure } from "../report/statistics.ts";
import { goTree } from "../trees.ts";

export const start: BenchCase = {
  name: "start",
  about: "from the command to the run created, and --help",
  repeat: 15,
  async run(fixture, repeat) {
    const created: number[] = [];
    const helped: number[] = [];
    await helpMs(fixture); // warm-up
    for (let round = 0; round < repeat; round++) helped.push(await helpMs(fixture));
    for (let round = 0; round < repeat; round++) {
      created.push(await createdMs(fixture));
      await fixture.removeRuns();
    }
    const row: Pick<Row, "name" | "unit" | "detail"> = {
      name: start.name,
      unit: "ms",
      detail: Deno.env.has("TKN_DEV") ? "compiled" : "from its source",
    };
    return [
      { ...row, what: "command to run created", figure: figure(created), bar: 400 },
      { ...row, what: "--help", figure: figure(helped), bar: 60 },
    ];
  },
};

/**
 * Starts the program from a shell, as users do: this process is too large to start another one
 * quickly.
 */
const FIVE_TIMES = 'for time in 1 2 3 4 5; do "$@" >/dev/null || exit; done';

async function helpMs({ signal }: Fixture): Promise<number> {
  const argv = ["sh", "-c", FIVE_TIMES, "sh", ...commandLine(["--help"])];
  const { startMs, endMs } = await execute(argv, { signal });
  return (endMs - startMs) / 5;
}

/** Interrupts the command then; it removes its run itself. */
async function createdMs(fixture: Fixture): Promise<number> {
  const { path } = await goTree(fixture, { name: "project", files: 1_000, bytes: 9_000 });
  await makeTask(fixture);
  const volume = ["-w", "name=source,emptyDir=Memory"];
  let created: Line | undefined;
  const running = startProcess(commandLine(["task", "upload", fixture.name, path, ...volume]), {
    env: { KUBECONFIG: fixture.access.path },
    signal: fixture.signal,
    onLine: (line) => {
      if (!line.text.startsWith("Created TaskRun ")) return;
      created = line;
      running.interrupt();
    },
  });
  const { startMs, stderr } = await running.ended;
  if (created === undefined) throw new Error(`Cannot start a run: it was not created\n${stderr}`);
  return created.atMs - startMs;
}
