import { commandLine } from "../../../tests/support/program.ts";
import type { BenchCase } from "../bench_case.ts";
import { compare } from "../compare.ts";
import { endWithPeak } from "../memory.ts";
import { makeTask, upload } from "../upload.ts";
import { execute, start } from "../process.ts";
import { formatMs, type Row } from "../report/row.ts";
import type { Fixture } from "../fixture.ts";
import { figure, median, ratio } from "../report/statistics.ts";
import type { Tree } from "../tree.ts";
import { deepTree, manyFiles, sparseTree } from "../trees.ts";

const DEPTH = 500;
const SPARSE_BYTES = 20 * 1024 ** 3;

/** The time of one run, and the program's peak memory. */
interface Cost {
  readonly ms: number;
  readonly megabytes: number;
}

export const load: BenchCase = {
  name: "load",
  about: "1 to 1,000,000 files, one of 20 GiB, and 500 directories one in the other",
  repeat: 3,
  async run(fixture, repeat) {
    return [
      ...await walks(fixture, repeat),
      ...await uploads(fixture, repeat),
      await large(fixture),
      ...await deep(fixture, repeat),
    ];
  },
};

/**
 * Compares `--list` with git. It lists a million files without an upload, because a volume of them
 * needs more inodes than a node has.
 */
async function walks(fixture: Fixture, repeat: number): Promise<Row[]> {
  const [many, most] = [
    await manyFiles(fixture, 100_000),
    await manyFiles(fixture, 1_000_000, { empty: true }),
  ];
  const costs: { git: number[]; many: Cost[]; most: Cost[] } = { git: [], many: [], most: [] };
  await execute(["git", "init", "-q", most.path], { signal: fixture.signal });
  await gitMs(fixture, most); // warm-up
  for (let round = 0; round < repeat; round++) {
    costs.many.push(await list(fixture, many));
    costs.git.push(await gitMs(fixture, most));
    costs.most.push(await list(fixture, most));
  }
  const took = costs.most.map(({ ms }) => ms);
  const against: Row = {
    name: load.name,
    what: "--list of 1,000,000 files against git ls-files -co",
    unit: "x",
    figure: ratio(took, costs.git),
    bar: 3,
    detail: `${formatMs(median(took))} and ${formatMs(median(costs.git))}`,
  };
  return [
    against,
    ...growth({ what: "--list, 10 times", few: costs.many, more: costs.most, bar: 10 }),
  ];
}

async function uploads(fixture: Fixture, repeat: number): Promise<Row[]> {
  const one: Cost[] = [];
  const few: Cost[] = [];
  const more: Cost[] = [];
  for (let round = 0; round < repeat; round++) {
    for (const [files, costs] of [[1, one], [1_000, few], [100_000, more]] as const) {
      costs.push(await send(fixture, await manyFiles(fixture, files)));
    }
  }
  const least = medians(one);
  fixture.say(`load: one file in ${formatMs(least.ms)}, ${least.megabytes.toFixed(0)} MB`);
  return growth({ what: "upload, 100 times", few, more, bar: 100 });
}

/** Uploads to a program that stores nothing, because no volume here is large enough. */
async function large(fixture: Fixture): Promise<Row> {
  const tree = await sparseTree(fixture, SPARSE_BYTES);
  await makeTask(fixture);
  const argv = commandLine([
    ...["task", "upload", fixture.name, tree.path, "--exec", "sh -c 'cat >/dev/null'"],
    ...["-w", "name=source,emptyDir=Memory", "--compress=never", "--pause-timeout=1h"],
  ]);
  const env = { KUBECONFIG: fixture.access.path };
  const ended = await endWithPeak(start(argv, { env, signal: fixture.signal }));
  const sent = /^Sent 1 file, .*/m.exec(ended.stderr)?.[0];
  if (ended.code !== 0 || sent === undefined) {
    throw new Error(`Cannot upload ${tree.name}: exit code ${ended.code}\n${ended.stderr}`);
  }
  return {
    name: load.name,
    what: "peak memory of one file of 20 GiB",
    unit: "MB",
    figure: figure([(ended.peakBytes ?? 0) / 1e6]),
    bar: 200,
    detail: `into a program that keeps nothing: ${sent}`,
  };
}

/**
 * Compares with a peer, because the image's tar has its own cost for depth: busybox creates each
 * path from its start.
 */
async function deep(fixture: Fixture, repeat: number): Promise<Row[]> {
  const tree = await deepTree(fixture, DEPTH);
  const bars = { "tar | kubectl exec": 1.1 };
  const { rows } = await compare(fixture, { name: load.name, tree, bars, repeat });
  return rows.map((row) => ({ ...row, what: `${DEPTH} directories deep, ${row.what}` }));
}

/** Neither time nor memory may grow faster than the number of files. */
function growth(
  { what, few, more, bar }: {
    what: string;
    few: readonly Cost[];
    more: readonly Cost[];
    bar: number;
  },
): Row[] {
  const [less, most] = [medians(few), medians(more)];
  const of = (costs: readonly Cost[], key: keyof Cost) => costs.map((cost) => cost[key]);
  return [
    {
      name: load.name,
      what: `${what} the files: time`,
      unit: "x",
      figure: ratio(of(more, "ms"), of(few, "ms")),
      bar,
      detail: `${formatMs(most.ms)} and ${formatMs(less.ms)}`,
    },
    {
      name: load.name,
      what: `${what} the files: peak memory`,
      unit: "x",
      figure: ratio(of(more, "megabytes"), of(few, "megabytes")),
      bar,
      detail: `${most.megabytes.toFixed(0)} MB and ${less.megabytes.toFixed(0)} MB`,
    },
  ];
}

function medians(costs: readonly Cost[]): Cost {
  return {
    ms: median(costs.map(({ ms }) => ms)),
    megabytes: median(costs.map(({ megabytes }) => megabytes)),
  };
}

async function send(fixture: Fixture, tree: Tree): Promise<Cost> {
  const { heldMs, sentMs, peakBytes = 0 } = await upload(fixture, {
    tree,
    volume: "emptyDir=Memory",
  });
  await fixture.removeRuns();
  return { ms: sentMs - heldMs, megabytes: peakBytes / 1e6 };
}

async function gitMs(fixture: Fixture, tree: Tree): Promise<number> {
  const argv = ["git", "-C", tree.path, "ls-files", "-co", "--exclude-standard"];
  return (await listing(fixture, argv, tree)).ms;
}

async function list(fixture: Fixture, tree: Tree): Promise<Cost> {
  return await listing(fixture, commandLine(["task", "upload", "any", tree.path, "--list"]), tree);
}

/**
 * Writes the list to a file, since a reader would use processor time too. Throws unless it has a
 * line per file.
 */
async function listing(
  { directory, signal }: Fixture,
  argv: readonly string[],
  { files }: Tree,
): Promise<Cost> {
  const path = `${directory}/listing`;
  const running = start(["sh", "-c", 'exec "$@" >"$0"', path, ...argv], { signal });
  const { code, startMs, endMs, stderr, peakBytes = 0 } = await endWithPeak(running);
  const { stdout } = await execute(["wc", "-l", path], { signal });
  if (code !== 0 || Number.parseInt(stdout) !== files) {
    throw new Error(`Cannot trust a list of ${files} files: exit code ${code}, ${stdout}${stderr}`);
  }
  return { ms: endMs - startMs, megabytes: peakBytes / 1e6 };
}
