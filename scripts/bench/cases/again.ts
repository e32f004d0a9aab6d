import { commandLine } from "../../../tests/support/program.ts";
import { TerminalSession } from "../../../tests/support/terminal_session.ts";
import type { BenchCase } from "../bench_case.ts";
import type { Fixture } from "../fixture.ts";
import { execute } from "../process.ts";
import { formatMs } from "../report/row.ts";
import { figure, median } from "../report/statistics.ts";
import { manyFiles } from "../trees.ts";

const FILES = 10_000;
/** The changed files; the step prints the first one. */
const CHANGED = ["package0/file0.go", "package50/file5000.go"];
/** The time in which a user looks at the output before the next save. */
const LOOK_MS = 1_500;

export const again: BenchCase = {
  name: "again",
  about: `--watch at a held step: a save of 2 of ${FILES} files to the first line of the step`,
  repeat: 7,
  async run(fixture, repeat) {
    const name = await makeTask(fixture);
    const { path } = await manyFiles(fixture, FILES);
    const where = ["-w", "name=source,emptyDir="];
    const debug = ["task", "debug", name, "--on-step", "run", "--upload", path];
    const upload = ["task", "upload", name, path];

    await using session = open(fixture, [...debug, ...where, "--watch"]);
    const [, pod] = await session.until(/\(pod (\S+)\)/);
    const held = await turns(session, { path, repeat, rests: /\[d\]etach/ });
    await session.type("d");
    await session.until(/ended/);
    const byHand: number[] = [];
    for (let round = 0; round < repeat; round++) {
      byHand.push(await byHandMs(fixture, { path, pod }));
    }
    await fixture.removeRuns();

    await using watching = open(fixture, [...upload, ...where, "--watch"]);
    const whole = await turns(watching, { path, repeat, rests: /Watching \S+ for changes/ });
    await watching.type("\x03");
    await watching.until(/ended/);
    await fixture.removeRuns();

    return [{
      name: again.name,
      what: "save to the first line",
      unit: "ms",
      figure: figure(held),
      bar: 600,
      detail: `${formatMs(median(whole))} with --watch of whole runs, ` +
        `${formatMs(median(byHand))} with kubectl cp and kubectl exec`,
    }];
  },
};

/** Keys need a terminal. */
function open(fixture: Fixture, args: readonly string[]): TerminalSession {
  const line = commandLine(args).map((word) => `'${word}'`).join(" ");
  const env = { KUBECONFIG: fixture.access.path, NO_COLOR: "1", TERM: "xterm" };
  return new TerminalSession(`trap : INT; ${line}; echo ended`, { env });
}

/** Returns the times from each save to the line that shows it. */
async function turns(
  session: TerminalSession,
  { path, repeat, rests }: { path: string; repeat: number; rests: RegExp },
): Promise<number[]> {
  const took: number[] = [];
  for (let round = 0; round < repeat; round++) {
    await session.until(rests);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const word = save(path);
    const startMs = performance.now();
    await session.until(new RegExp(`the first line: ${word}`));
    took.push(performance.now() - startMs);
  }
  await session.until(rests);
  return took;
}

/** Does what a user would do without tkn-dev, in the container of the held step. */
async function byHandMs(
  { access, signal }: Fixture,
  { path, pod }: { path: string; pod: string },
): Promise<number> {
  const word = save(path);
  const copies = CHANGED.map((name) =>
    `kubectl cp -c step-run '${path}/${name}' ${pod}:/workspace/source/${name}`
  );
  const work = `cd /workspace/source && ${WORK}`;
  const script = [...copies, `kubectl exec ${pod} -c step-run -- sh -c '${work}'`].join(" && ");
  const env = { KUBECONFIG: access.path };
  const { startMs, endMs, stdout } = await execute(["sh", "-c", script], { env, signal });
  if (!stdout.includes(word)) throw new Error(`Cannot run the step by hand: ${stdout}`);
  return endMs - startMs;
}

/** Changes the files. Returns a word of theirs. */
function save(path: string): string {
  const word = crypto.randomUUID();
  for (const name of CHANGED) Deno.writeTextFileSync(`${path}/${name}`, `${word}\n`);
  return word;
}

const WORK = `echo "the first line: $(cat ${CHANGED[0]})"`;

/** Returns its name. */
async function makeTask(fixture: Fixture): Promise<string> {
  const { labels, options: { image } } = fixture;
  const name = `${fixture.name}-again`;
  await fixture.apply({
    apiVersion: "tekton.dev/v1",
    kind: "Task",
    metadata: { name, labels },
    spec: {
      workspaces: [{ name: "source" }],
      steps: [{
        name: "run",
        image,
        workingDir: "$(workspaces.source.path)",
        script: `#!/bin/sh\n${WORK}\n`,
      }],
    },
  });
  return name;
}
