/**
 * Checks the project's prose for banned idioms, spelling and long lines: comments, texts, test
 * names and documents. Exits with 1 on findings.
 *
 * Usage: words.ts [--count] [PATH]...
 */
import { proseOf } from "./words/prose.ts";
import { IDIOMS, MOST_COLUMNS, OPENINGS } from "./words/idioms.ts";

const KINDS = /\.(ts|sh|md|yaml|yml)$|^scripts\/cluster\/\w+$|^\.ci\/\w+$/;
/** Text by others, generated text, and the lists of the words themselves. */
const EXEMPT =
  /^(docs\/(licenses|bench|reliability|scale)\.md|scripts\/words\/|tests\/unit\/scripts\/words_|tests\/fuzz\/corpus\/)/;

const counts = Deno.args.includes("--count");
const places = Deno.args.filter((word) => !word.startsWith("--"));
const decoder = new TextDecoder();
const git = new Deno.Command("git", {
  args: ["ls-files", "-coz", "--exclude-standard", ...places],
});
const paths = decoder.decode((await git.output()).stdout).split("\0")
  .filter((path) => KINDS.test(path) && !EXEMPT.test(path));

const found: string[] = [];
for (const path of new Set(paths)) {
  const content = await Deno.readTextFile(path).catch(() => "");
  for (const { line, text, opens } of proseOf(path, content)) {
    for (const { pattern, instead } of [...IDIOMS, ...(opens ? OPENINGS : [])]) {
      const [words] = pattern.exec(text) ?? [];
      if (words !== undefined) {
        found.push(`${path}:${line}: "${words}" (${instead}): ${text.slice(0, 80)}`);
      }
    }
  }
  content.split("\n").forEach((line, at) => {
    if (line.length > MOST_COLUMNS && !mayBeLong(path, line)) {
      found.push(`${path}:${at + 1}: ${line.length} columns, ${MOST_COLUMNS} at most`);
    }
  });
}

/** A table, a link, or code that the formatter does not wrap. */
function mayBeLong(path: string, line: string): boolean {
  if (path.endsWith(".md")) return /^\s*\||https?:|\]\(|^ {4}/.test(line);
  const comment = path.endsWith(".ts") ? /^\s*(\/\/|\/?\*)/ : path.endsWith(".sh") ? /^\s*#/ : /^/;
  return /https?:/.test(line) || !comment.test(line);
}

const text = counts ? `${found.length}\n` : found.map((one) => `${one}\n`).join("");
Deno.stdout.writeSync(new TextEncoder().encode(text));
Deno.exit(found.length === 0 || counts ? 0 : 1);
