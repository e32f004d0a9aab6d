/**
 * Runs test files side by side, because they mostly wait. Each file gets its own process: the tests
 * change its environment, and they start programs that they have just written, which fails while
 * another thread of the same process is starting one.
 *
 * A test file that has a line `// shards: 3` runs as three processes at once, each with its own
 * part of the tests: the arguments `--shard=1/3` and so on tell the file which part.
 *
 * Usage: test_side_by_side.ts DIRECTORY|FILE... [OPTION OF deno test]...
 */
import { cpus } from "node:os";
import { jobsOf, type TestFile } from "./test_side_by_side/jobs.ts";

const isOption = (word: string) => word.startsWith("-");
const first = Deno.args.findIndex(isOption);
const places = first === -1 ? Deno.args : Deno.args.slice(0, first);
const options = first === -1 ? [] : Deno.args.slice(first);

/** Enough that the processors have work while other processes wait. */
const MOST_PROCESSES = 3 * cpus().length;

async function* testFiles(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) yield* testFiles(path);
    else if (name.endsWith("_test.ts")) yield path;
  }
}

/** Runs `deno test` and shows its output once it has ended, so that outputs do not mix. */
async function passes(...args: string[]): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--quiet", ...args],
    stdin: "null",
  });
  const { success, stdout, stderr } = await command.output();
  for (const bytes of [stdout, stderr]) write(bytes);
  return success;
}

function write(bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(Deno.stdout.writeSync(rest));
}

const files: TestFile[] = [];
for (const place of places) {
  const paths = place.endsWith(".ts")
    ? [place]
    : await Array.fromAsync(testFiles(place.replace(/\/$/, "")));
  for (const path of paths) files.push({ path, text: await Deno.readTextFile(path) });
}
// Checks the types of all files at once: file by file that takes longer than the tests.
if (!await passes("--no-run", ...files.map(({ path }) => path))) Deno.exit(1);

const waiting = jobsOf(files).values();
const failed: string[] = [];
await Promise.all(Array.from({ length: MOST_PROCESSES }, async () => {
  for (const { path, args } of waiting) {
    if (!await passes("--no-check", ...options, path, ...args)) {
      failed.push([path, ...args].join(" "));
    }
  }
}));
if (failed.length > 0) {
  write(new TextEncoder().encode(`Failed: ${failed.join(", ")}\n`));
  Deno.exit(1);
}
