/**
 * Has uploads go wrong on the cluster that KUBECONFIG names, whose node is this machine and whose current context may do
 * all there, and judges what becomes of them: of the compiled tkn-dev that TKN_DEV names, else of the source.
 *
 *     deno task test:faults [--only TEXT]... [--tenth] [--list] [--seed N] [--jobs N] [--verbose]
 *
 * --only: those whose name ("reset @ archive 50 %") has the text. Run whole, it writes docs/reliability.md. Its last
 * line is "N passed, N failed".
 */
import { parseArgs } from "node:util";
import { Admin } from "./admin.ts";
import { readCircumstances } from "./circumstances.ts";
import type { Injection } from "./injection.ts";
import type { Cell } from "./judge.ts";
import { Laboratory } from "./laboratory.ts";
import { matrix, tenth } from "./matrix.ts";
import { line, page } from "./table.ts";

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

/** In the matrix' order. */
async function run(
  admin: Admin,
  injections: readonly Injection[],
  signal: AbortSignal,
): Promise<Cell[]> {
  const jobs = Math.min(Number(values.jobs), injections.length);
  const cells: Cell[] = [];
  await using laboratory = await Laboratory.open({
    admin,
    jobs,
    seed: Number(values.seed),
    signal,
  });
  await laboratory.run(injections, (cell) => {
    cells.push(cell);
    say(`${cells.length}/${injections.length} ${line(cell)}`);
    if (values.verbose && cell.problems.length > 0) say(cell.seen.stderr.replace(/^/gm, "    "));
  });
  return cells.toSorted((one, other) => one.number - other.number);
}

/** Aborts at Ctrl-C, so that what was made is still removed. */
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
