import { denoHost } from "../../../src/deno/host.ts";
import { loadIgnore } from "../../../src/tree/ignore/ignore.ts";
import { walk } from "../../../src/tree/walk.ts";
import type { BenchCase } from "../bench_case.ts";
import { execute } from "../process.ts";
import { formatMs, type Row } from "../report/row.ts";
import type { Fixture } from "../fixture.ts";
import { figure, median } from "../report/statistics.ts";
import { sourceTree, writeFiles } from "../trees.ts";

const FILES = 200_000;
const { files } = denoHost();

/** Measures, in this process, the program's work before it sends. */
export const ignored: BenchCase = {
  name: "ignored",
  about: "the walk of the source tree with 200,000 ignored files in it, and without",
  repeat: 7,
  async run(fixture, repeat) {
    const { path: without, files: expected } = await sourceTree(fixture);
    const withThem = await treeWithIgnored(fixture, without);
    await walkMs(without, expected); // the time to compile does not belong to a file
    const lean: number[] = [];
    const full: number[] = [];
    for (let round = 0; round < repeat; round++) {
      lean.push(await walkMs(without, expected));
      full.push(await walkMs(withThem, expected));
    }
    const row: Row = {
      name: ignored.name,
      what: "what they cost the walk",
      unit: "ms",
      figure: figure(full.map((one, round) => one - lean[round])),
      bar: 50,
      detail: `${formatMs(median(full))} and ${formatMs(median(lean))}, in ignored directories`,
    };
    return [row];
  },
};

function treeWithIgnored(fixture: Fixture, source: string): Promise<string> {
  return fixture.once("tree ignored", async () => {
    const path = `${fixture.directory}/ignored`;
    await execute(["cp", "-R", source, path], { signal: fixture.signal });
    await Deno.writeTextFile(`${path}/.gitignore`, "/ignored/\n", { append: true });
    await Deno.mkdir(`${path}/ignored`);
    await writeFiles(`${path}/ignored`, FILES, () => new Uint8Array());
    return path;
  });
}

/** Throws if the walk finds the wrong files. */
async function walkMs(path: string, expected: number): Promise<number> {
  const startMs = performance.now();
  const entries = await Array.fromAsync(walk(files, path, await loadIgnore(files, path)));
  const tookMs = performance.now() - startMs;
  const found = entries.filter(({ kind }) => kind === "file").length;
  if (found !== expected) throw new Error(`Cannot walk "${path}": ${found} files of ${expected}`);
  return tookMs;
}
