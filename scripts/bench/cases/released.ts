import type { BenchCase } from "../bench_case.ts";
import { upload, type Uploaded } from "../upload.ts";
import { type Line, start } from "../process.ts";
import type { Row } from "../report/row.ts";
import type { Fixture } from "../fixture.ts";
import { figure } from "../report/statistics.ts";
import { sourceTree } from "../trees.ts";

export const released: BenchCase = {
  name: "released",
  about: "from the upload's end to the step released",
  repeat: 5,
  async run(fixture, repeat) {
    const rounds: { toEndMs: number; toNextMs: number }[] = [];
    for (let round = 0; round < repeat; round++) {
      const { endMs, sentMs, firstLineMs } = await uploadWatched(fixture);
      rounds.push({ toEndMs: endMs - sentMs, toNextMs: firstLineMs - sentMs });
      await fixture.removeRuns();
    }
    const row: Pick<Row, "name" | "unit"> = { name: released.name, unit: "ms" };
    return [{
      ...row,
      what: "receipt to the step's end",
      figure: figure(rounds.map(({ toEndMs }) => toEndMs)),
      bar: 200,
      detail: "looked at in its pod each 20 ms, told by the exec that ended it",
    }, {
      ...row,
      what: "receipt to the next step's first line",
      figure: figure(rounds.map(({ toNextMs }) => toNextMs)),
      detail: "Tekton looks once a second whether a step may begin",
    }];
  },
};

/** Waits in the held step's container for Tekton's file that the next step waits for. */
const WATCH = "echo ready; until [ -e /tekton/run/0/out ]; do sleep 0.02; done; echo ended";

async function uploadWatched(fixture: Fixture): Promise<Uploaded & { endMs: number }> {
  const seen: { ready?: Line; ended?: Line } = {};
  let watching: Promise<unknown> = Promise.resolve();
  const watch = (pod: string) => {
    const shell = ["--", "sh", "-c", WATCH];
    const watcher = start(
      ["kubectl", "--kubeconfig", fixture.access.path, "exec", pod, "-c", "step-run", ...shell],
      {
        signal: fixture.signal,
        onLine: (line) => {
          if (line.text === "ready") seen.ready = line;
          if (line.text === "ended") seen.ended = line;
        },
      },
    );
    watching = watcher.ended.catch(() => {}); // the check of `seen` below reports a failure
  };
  // An upload must take longer than the start of the watcher.
  const tree = await sourceTree(fixture);
  const uploaded = await upload(fixture, { tree, volume: "emptyDir=Memory", onHeld: watch });
  await watching;
  fixture.signal.throwIfAborted();
  if (seen.ready === undefined || seen.ended === undefined) {
    throw new Error("Cannot watch the held step's end: nothing was seen of it");
  }
  if (seen.ready.atMs > uploaded.sentMs) {
    throw new Error("Cannot tell when the held step ended: it was watched too late");
  }
  return { ...uploaded, endMs: seen.ended.atMs };
}
