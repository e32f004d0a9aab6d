import assert from "node:assert/strict";
import { LockWatch } from "../../../../src/transfer/receiver/lock_watch.ts";
import type { LockHolder } from "../../../../src/step/protocol/receive.ts";
import type { RunName } from "../../../../src/tekton/model.ts";

const OTHER: RunName = { kind: "PipelineRun", name: "theirs" };

const holder = (given: Partial<LockHolder>): LockHolder => {
  return { upload: "k3j2h1a0x9", state: "writing", beat: "5", run: OTHER, ...given };
};

/** Returns whether the lock may be broken, each time that the client looks at it. */
function looks(
  given: Partial<LockHolder>,
  isRunning: boolean | undefined,
  beats: readonly [atSeconds: number, beat: string][] = [[0, "5"]],
): boolean[] {
  const watch = new LockWatch();
  return beats.map(([atSeconds, beat]) =>
    watch.mayBreak({
      holder: holder({ ...given, beat }),
      nowMs: atSeconds * 1000,
      isRunning,
    })
  );
}

Deno.test("an upload at work keeps its lock while its lock beats", () => {
  const beats: [number, string][] = [[0, "5"], [20, "10"], [40, "15"], [69, "15"], [70, "15"]];
  assert.deepEqual(looks({}, true, beats), [false, false, false, false, true]);
});

Deno.test("the lock of an interrupted upload, or of one whose run has ended, is free", () => {
  assert.deepEqual(looks({ state: "cut" }, true), [true]);
  assert.deepEqual(looks({ state: "writing" }, false), [true]);
  assert.deepEqual(looks({ state: "done" }, false), [true]);
});

Deno.test("a directory stays locked until the run that uses it has ended", () => {
  const day: [number, string][] = [[0, "5"], [86_400, "5"]];
  assert.deepEqual(looks({ state: "done" }, true, day), [false, false]);
});

Deno.test("if the state of the other run is unknown, the client waits only for an upload at work", () => {
  assert.deepEqual(looks({ state: "done", run: undefined }, undefined), [true]);
  assert.deepEqual(looks({ upload: "-", run: undefined }, undefined, [[0, "0"], [30, "0"]]), [
    false,
    true,
  ]);
});
