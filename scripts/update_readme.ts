/**
 * Writes the parts of README.md between `<!-- begin NAME -->` and `<!-- end NAME -->` from the
 * command line's spec. With --check it writes nothing and exits with 1 if they differ.
 */
import { PROGRAM } from "../src/cli/commands.ts";
import { exitCodesTable, flagsTable } from "../src/cli/markdown.ts";

const README = new URL("../README.md", import.meta.url);

const PARTS: Record<string, string> = {
  "flags-pipeline-upload": flagsTable(command("pipeline upload")),
  "flags-task-upload": flagsTable(command("task upload")),
  "flags-pipeline-debug": flagsTable(command("pipeline debug")),
  "flags-cleanup": flagsTable(command("cleanup")),
  "exit-codes": exitCodesTable(PROGRAM.exitCodes),
};

Deno.exit(await main());

async function main(): Promise<number> {
  const before = await readme();
  if (before === undefined) return fail("README.md: does not exist");
  let after = before;
  for (const [name, text] of Object.entries(PARTS)) {
    const filled = fill(after, name, text);
    if (filled === undefined) {
      return fail(`README.md: no <!-- begin ${name} --> followed by <!-- end ${name} -->`);
    }
    after = filled;
  }
  if (after === before) return 0;
  if (Deno.args.includes("--check")) {
    return fail(
      "README.md: its tables are not those of src/cli/commands.ts; run: deno task readme",
    );
  }
  await Deno.writeTextFile(README, after);
  return 0;
}

/** Returns the text with the part called `name` replaced, between blank lines like `deno fmt`. */
function fill(readme: string, name: string, text: string): string | undefined {
  const begin = `<!-- begin ${name} -->`;
  const start = readme.indexOf(begin);
  const end = readme.indexOf(`<!-- end ${name} -->`, start);
  if (start < 0 || end < 0) return undefined;
  return `${readme.slice(0, start)}${begin}\n\n${text}\n${readme.slice(end)}`;
}

function command(path: string) {
  const found = PROGRAM.commands.find((command) => command.path.join(" ") === path);
  if (found === undefined) throw new Error(`no command ${path} in src/cli/commands.ts`);
  return found;
}

async function readme(): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(README);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function fail(text: string): number {
  // deno-lint-ignore no-console
  console.error(text);
  return 1;
}
