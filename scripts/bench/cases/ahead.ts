import { commandLine } from "../../../tests/support/program.ts";
import type { BenchCase } from "../bench_case.ts";
import { openClaim } from "../claim.ts";
import type { Fixture } from "../fixture.ts";
import { type Line, start } from "../process.ts";
import { formatMs, type Row } from "../report/row.ts";
import { median, ratio } from "../report/statistics.ts";
import { goTree } from "../trees.ts";
import { clear } from "../volume_pod.ts";
import { change } from "./delta.ts";
import { FIRST_LINE, makePipeline } from "./loop.ts";

type Volume = "claim" | "emptyDir";
type Mode = "after" | "ahead";

/** The time in which a user looks at the output before the next save. */
const LOOK_MS = 4_000;

export const ahead: BenchCase = {
  name: "ahead",
  about: "--watch=ahead: a save of 2 of 1,000 files to the first line of the step after the upload",
  repeat: 5,
  async run(fixture, repeat) {
    await makePipeline(fixture);
    const rows: Row[] = [];
    for (const volume of ["claim", "emptyDir"] as const) {
      rows.push(await compare(fixture, volume, repeat));
    }
    return rows;
  },
};

/** Into a claim goes a Pipeline, whose next task has a pod; into an emptyDir a Task. */
async function compare(
  fixture: Fixture,
  volume: Volume,
  repeat: number,
): Promise<Row> {
  const after = await turns(fixture, { volume, mode: "after", repeat });
  const ahead = await turns(fixture, { volume, mode: "ahead", repeat });
  after.forEach((ms, at) =>
    fixture.say(
      `       ${at + 1}/${repeat} ${volume}: --watch ${formatMs(ms)}, ahead ${formatMs(ahead[at])}`,
    )
  );
  return {
    name: "ahead",
    what: `against --watch, ${volume === "claim" ? "Pipeline on a claim" : "Task on an emptyDir"}`,
    unit: "x",
    figure: ratio(ahead, after),
    bar: 0.6,
    detail: `${formatMs(median(ahead))} and ${formatMs(median(after))}`,
  };
}

/** Returns the times from each save to that line, in one watch. */
async function turns(
  fixture: Fixture,
  { volume, mode, repeat }: { volume: Volume; mode: Mode; repeat: number },
): Promise<number[]> {
  const tree = await goTree(fixture, { name: "project", files: 1_000, bytes: 9_000 });
  const lines = new Lines();
  const upload = await uploadInto(fixture, volume, tree.path);
  const watching = start(commandLine([...upload, `--watch=${mode}`]), {
    env: { KUBECONFIG: fixture.access.path },
    signal: fixture.signal,
    onLine: (line) => lines.add(line),
  });
  const failed = watching.ended.then(({ stderr }) => {
    throw new Error(`Cannot watch: it ended\n${stderr}`);
  });
  failed.catch(() => {}); // raced below
  const took: number[] = [];
  for (let round = 0; round < repeat; round++) {
    await Promise.race([lines.next(/^Watching /), failed]);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    for (const at of [42, 942]) {
      await change(`${tree.path}/package${Math.floor(at / 100)}/file${at}.go`);
    }
    const startMs = performance.now();
    const line = await Promise.race([lines.next(new RegExp(`${FIRST_LINE}$`)), failed]);
    took.push(line.atMs - startMs);
  }
  await Promise.race([lines.next(/^Watching /), failed]);
  watching.interrupt();
  await watching.ended;
  await fixture.removeRuns();
  return took;
}

async function uploadInto(fixture: Fixture, volume: Volume, path: string): Promise<string[]> {
  if (volume === "emptyDir") {
    return ["task", "upload", fixture.name, path, "-w", "name=source,emptyDir="];
  }
  const { name, volumePod } = await openClaim(fixture);
  await clear(fixture, volumePod);
  const args = ["pipeline", "upload", fixture.name, path, "--on-task", "clone"];
  return [...args, "-w", `name=source,claimName=${name}`];
}

/** The lines of a program, to wait for. */
class Lines {
  #lines: Line[] = [];
  #wake = () => {};

  add(line: Line): void {
    this.#lines.push(line);
    this.#wake();
  }

  /** Returns the next line that matches, after the one before. */
  async next(pattern: RegExp): Promise<Line> {
    while (true) {
      const at = this.#lines.findIndex(({ text }) => pattern.test(text));
      if (at >= 0) {
        const line = this.#lines[at];
        this.#lines = this.#lines.slice(at + 1);
        return line;
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
