/**
 * Writes the generated documents: docs/reference from the spec of the command line, and pictures of
 * the recorded sessions docs/*.cast. With --check it writes nothing, and exits with 1 if a
 * document differs.
 */
import { PROGRAM } from "../src/cli/commands.ts";
import { VERSION } from "../src/version.ts";
import { svgOfCast } from "./cast_to_svg.ts";
import { eventsPage } from "./docs/events_page.ts";
import { manPage } from "./docs/man_page.ts";
import { referencePages } from "./docs/reference_pages.ts";

const ROOT = new URL("../", import.meta.url);
const REFERENCE = "docs/reference";
/** Pages there that people write. */
const WRITTEN = [`${REFERENCE}/tkn-flags.md`, `${REFERENCE}/compatibility.md`];

const documents = new Map([
  ...[...referencePages(PROGRAM)].map(([name, text]) => [`${REFERENCE}/${name}`, text] as const),
  [`${REFERENCE}/events.md`, eventsPage()],
  [`${REFERENCE}/tkn-dev.1`, manPage(PROGRAM, VERSION)],
  ["docs/upload.svg", svgOfCast(await read("docs/upload.cast"))],
  ["docs/repair.svg", svgOfCast(await read("docs/repair.cast"))],
]);
const differing: string[] = [];
for (const [path, text] of documents) {
  if (await read(path) !== text) differing.push(path);
}
const present = await Array.fromAsync(Deno.readDir(new URL(REFERENCE, ROOT)));
const left = present.map(({ name }) => `${REFERENCE}/${name}`)
  .filter((path) => !documents.has(path) && !WRITTEN.includes(path));

if (Deno.args.includes("--check")) {
  const wrong = [...differing, ...left];
  if (wrong.length > 0) {
    // deno-lint-ignore no-console
    console.error(`Not as generated: ${wrong.join(", ")}; run: deno task docs`);
    Deno.exit(1);
  }
} else {
  for (const path of differing) await Deno.writeTextFile(new URL(path, ROOT), documents.get(path)!);
  for (const path of left) await Deno.remove(new URL(path, ROOT));
}

/** The text of a file; "" if it does not exist. */
async function read(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(new URL(path, ROOT));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
