/**
 * Measures how fast tkn-dev uploads on the cluster of KUBECONFIG, in turns with what users do
 * without it. Runs as the user of the context TKN_DEV_TEST_CONTEXT, with the compiled program that
 * TKN_DEV names, or the source.
 *
 *     deno task bench [CASE]... [--repeat N] [--image IMAGE] [--git-image IMAGE] [--namespace NAME]
 *
 * With no CASE it runs all cases and writes docs/bench.md and docs/bench.svg. The image needs sh,
 * tar, find, stat, awk and sha256sum, the other one git besides. The bench removes everything that
 * it makes. A wrong result of an upload is an error; a slow one is not.
 */
import { denoHost } from "../src/deno/host.ts";
import { printable } from "../src/printable.ts";
import { NotHere } from "./bench/bench_case.ts";
import { CASES } from "./bench/cases.ts";
import { readCircumstances } from "./bench/report/circumstances.ts";
import { type Options, readOptions } from "./bench/options.ts";
import { renderPlot } from "./bench/report/plot.ts";
import { execute } from "./bench/process.ts";
import type { Row } from "./bench/report/row.ts";
import { Fixture } from "./bench/fixture.ts";
import { renderLine, renderPage } from "./bench/report/table.ts";

const { terminal, interrupt } = denoHost();
try {
  await main(readOptions(Deno.args, CASES.map(({ name }) => name)));
  Deno.exit(0);
} catch (error) {
  const interrupted = interrupt.aborted;
  const why = error instanceof Error ? error.message : `${error}`;
  terminal.err(printable`${interrupted ? "interrupted" : why}\n`);
  Deno.exit(interrupted ? 130 : 1);
}

async function main(options: Options): Promise<void> {
  await using fixture = await Fixture.open({
    ...options,
    context: Deno.env.get("TKN_DEV_TEST_CONTEXT"),
    signal: interrupt,
    say: (line) => terminal.out(printable`${line}\n`),
  });
  const rows: Row[] = [];
  for (const one of CASES) {
    if (options.cases.length > 0 && !options.cases.includes(one.name)) continue;
    const repeat = options.repeat ?? one.repeat;
    fixture.say(`${one.name}: ${one.about}`);
    try {
      const found = await one.run(fixture, repeat);
      for (const row of found) fixture.say(renderLine(row));
      rows.push(...found);
    } catch (error) {
      if (!(error instanceof NotHere)) throw error;
      fixture.notes.push(`${one.name} is not measured: ${error.message}.`);
    }
  }
  for (const note of fixture.notes) fixture.say(`Note: ${note}`);
  if (options.cases.length > 0) return;
  const circumstances = await readCircumstances(fixture);
  const { date, machine, program } = circumstances;
  const docs = new URL("../docs/", import.meta.url);
  const page = new URL("bench.md", docs).pathname;
  const plot = new URL("bench.svg", docs).pathname;
  await Deno.writeTextFile(page, renderPage(rows, circumstances));
  const caption = `deno task bench, ${date}: ${machine}; ${program}`;
  await Deno.writeTextFile(plot, renderPlot(rows, caption));
  await execute([Deno.execPath(), "fmt", "--quiet", page, plot], { signal: interrupt });
}
