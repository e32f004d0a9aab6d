/**
 * Runs uploads with faults on the cluster of KUBECONFIG and judges the results. The node must be
 * this machine, and the current context an administrator's. Tests the compiled program that TKN_DEV
 * names, or the source.
 *
 *     deno task test:faults [--only TEXT]... [--tenth] [--list] [--seed N] [--jobs N] [--verbose]
 *
 * --only selects the injections whose name, "reset @ archive 50 %", contains the text. A run of all
 * injections writes docs/reliability.md. The last line is "N passed, N failed".
 */
import { parseArgs } from "node:util";
import { Admin } from "./cluster/admin.ts";
import { readCircumstances } from "./report/circumstances.ts";
import type { Injection } from "./trial/injection.ts";
import type { Cell } from "./report/judge.ts";
import { TrialRunner } from "./trial/trial_runner.ts";
import { matrix, tenth } from "./matrix.ts";
import { line, page } from "./report/report.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    only: { type: "string", multiple: true, default: [] },
    tenth: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "8" },
    verbose: { type: "boolean", default: false },
  },
});

const chosen = chosenOf(matrix());
if (values.list) {
  for (const { name, profile } of chosen) say(`${name} (${profile.name})`);
  say(`${chosen.length} injections`);
  Deno.exit(0);
}
Deno.exit(await main(chosen));

function chosenOf(all: Injection[]): Injection[] {
  const { only } = values;
  if (values.tenth) return tenth();
  return only.length === 0 ? all : all.filter(({ name }) => only.some((one) => name.includes(one)));
}

async function main(injections: readonly Injection[]): Promise<number> {
  const kubeconfig = Deno.env.get("KUBECONFIG");
  if (kubeconfig === undefined) throw new Error("name a cluster with KUBECONFIG");
  const startMs = Date.now();
  const signal = interruption();
  const admin = await Admin.open(kubeconfig);
  const cells = await run(admin, injections, signal);
  if (signal.aborted) return 130;
  if (cells.length === matrix().length) {
    const seconds = (Date.now() - startMs) / 1000;
    await write(page(cells, { ...await readCircumstances(admin), seconds }));
  }
  const failed = cells.filter(({ problems }) => problems.length > 0);
  for (const cell of failed) say(line(cell));
  say(`\n${cells.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

/** Returns the cells in the order of the matrix. */
async function run(
  admin: Admin,
  injections: readonly Injection[],
  signal: AbortSignal,
): Promise<Cell[]> {
  const jobs = Math.min(Number(values.jobs), injections.length);
  const cells: Cell[] = [];
  await using runner = await TrialRunner.open({
    admin,
    jobs,
    seed: Number(values.seed),
    signal,
  });
  await runner.run(injections, (cell) => {
    cells.push(cell);
    say(`${cells.length}/${injections.length} ${line(cell)}`);
    if (values.verbose && cell.problems.length > 0) say(cell.seen.stderr.replace(/^/gm, "    "));
  });
  return cells.toSorted((one, other) => one.number - other.number);
}

/** Aborts at Ctrl-C, so that the cleanup still runs. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => controller.abort());
  }
  return controller.signal;
}

async function write(text: string): Promise<void> {
  const path = new URL("../../docs/reliability.md", import.meta.url).pathname;
  await Deno.writeTextFile(path, text);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path] }).output();
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
