/**
 * Measures the cost of uploads for each process of the cluster of scripts/cluster that KUBECONFIG
 * names, as the user of the context TKN_DEV_TEST_CONTEXT, and writes the tables of docs/scale.md.
 * Needs root on the only node, an idle machine, the compiled program in TKN_DEV, and ten minutes.
 *
 *     deno task scale [quick] [--image IMAGE] [--namespace NAME]
 *
 * quick: one small tree and few uploads, to try the script; it writes nothing.
 */
import { dirname } from "node:path";
import { denoHost } from "../src/deno/host.ts";
import { printable, printableLines } from "../src/printable.ts";
import { readCircumstances } from "./bench/report/circumstances.ts";
import { type Options, readOptions } from "./bench/options.ts";
import { execute } from "./bench/process.ts";
import { Fixture } from "./bench/fixture.ts";
import { openLab } from "./scale/upload_cost.ts";
import { measure } from "./scale/measure.ts";
import { Meter } from "./scale/meter.ts";
import { QUICK, WHOLE } from "./scale/plan.ts";
import { renderScale } from "./scale/report.ts";
import { fillPage } from "./scale/words.ts";

const PAGE = new URL("../docs/scale.md", import.meta.url).pathname;

const { terminal, interrupt } = denoHost();
try {
  await main(readOptions(Deno.args, ["quick"]));
  Deno.exit(0);
} catch (error) {
  const why = error instanceof Error ? error.message : `${error}`;
  terminal.err(printable`${interrupt.aborted ? "interrupted" : why}\n`);
  Deno.exit(interrupt.aborted ? 130 : 1);
}

async function main(options: Options): Promise<void> {
  using meter = await Meter.open(dirname(Deno.env.get("KUBECONFIG") ?? ""));
  await using fixture = await Fixture.open({
    ...options,
    context: Deno.env.get("TKN_DEV_TEST_CONTEXT"),
    signal: interrupt,
    say: (line) => terminal.out(printable`${line}\n`),
  });
  const isQuick = options.cases.includes("quick");
  const plan = isQuick ? QUICK : WHOLE;
  const measured = await measure(await openLab(fixture, meter, plan.idleMs), plan);
  const tables = renderScale(measured, await readCircumstances(fixture));
  terminal.out(printableLines(`${tables}\n`));
  if (isQuick) return;
  await Deno.writeTextFile(PAGE, fillPage(await Deno.readTextFile(PAGE), tables));
  await execute([Deno.execPath(), "fmt", "--quiet", PAGE], { signal: interrupt });
}
