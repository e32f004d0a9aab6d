/**
 * Runs test files side by side, for most of what they do is waiting: each in a process of its own, since they change
 * its environment, and start programs that they have just written, which another thread's start would keep busy.
 *
 * Usage: test_side_by_side.ts DIRECTORY|FILE... [OPTION OF deno test]...
 */
import { cpus } from "node:os";

const isOption = (word: string) => word.startsWith("-");
const first = Deno.args.findIndex(isOption);
const places = first === -1 ? Deno.args : Deno.args.slice(0, first);
const options = first === -1 ? [] : Deno.args.slice(first);

/** So many that the processors have work while others wait. */
const AT_ONCE = 3 * cpus().length;

async function* testFiles(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) yield* testFiles(path);
    else if (name.endsWith("_test.ts")) yield path;
  }
}

/** What it says is shown once it is over, so that each file's stands together. */
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

const files: string[] = [];
for (const place of places) {
  const found = place.endsWith(".ts")
    ? [place]
    : await Array.fromAsync(testFiles(place.replace(/\/$/, "")));
  files.push(...found.sort());
}
// All types at once: file by file that takes longer than the tests.
if (!await passes("--no-run", ...files)) Deno.exit(1);

const left = files.values();
const failed: string[] = [];
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (const file of left) {
    if (!await passes("--no-check", ...options, file)) failed.push(file);
  }
}));
if (failed.length > 0) {
  write(new TextEncoder().encode(`Failed: ${failed.join(" ")}\n`));
  Deno.exit(1);
}
