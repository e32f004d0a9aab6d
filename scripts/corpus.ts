/**
 * Prints for each Pipeline in a folder of YAML files what `pipeline upload` would do with it, given
 * only params and workspaces: the task that the upload replaces, and the target directory. It runs
 * nothing.
 *
 *     deno task corpus [--verbose] DIR
 *
 * DIR contains checkouts of repositories, one per folder. A Pipeline's Tasks come first from its
 * own repository. Tasks from resolvers are found by the name, path or bundle of the reference. The
 * output has a line per Pipeline, then a table of counts per repository.
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
