/**
 * Tells for each Pipeline in a folder of YAML files what `pipeline upload` would do with it, given params and workspaces
 * alone: which task the upload stands in for, and where it goes. Nothing is run.
 *
 *     deno task corpus [--verbose] DIR
 *
 * DIR holds checkouts of repositories, one a folder: a Pipeline's Tasks are looked for in its own first. Tasks of
 * resolvers are found by the name, the path or the bundle that the reference has. A line for each Pipeline, then a table
 * of counts for each repository.
 */
import { parseArgs } from "node:util";
import { judge, type Verdict } from "./corpus/judge.ts";
import { readCorpus } from "./corpus/read.ts";
import { countsTable, line } from "./corpus/table.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { verbose: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [directory] = positionals;
if (directory === undefined) {
  say("usage: deno task corpus [--verbose] DIR");
  Deno.exit(2);
}

const corpus = await readCorpus(directory);
const verdicts: Verdict[] = [];
for (const pipeline of corpus.pipelines) {
  const verdict = await judge(pipeline, corpus);
  verdicts.push(verdict);
  say(line(verdict, values.verbose));
}
say(`\n${countsTable(verdicts)}`);

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
