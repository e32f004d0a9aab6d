import assert from "node:assert/strict";
import { ClusterError } from "../../../src/errors.ts";
import type { Pause } from "../../../src/hold/pause.ts";
import { Turn } from "../../../src/hold/turn.ts";
import type { ExecOptions, ExecResult } from "../../../src/kube/interface.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { turn as later } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";

const PAUSE = { namespace: "ns", pod: "p", container: "step-s", targetStep: "s" } as Pause;

/** Opens a turn whose container is `play`, which gets the lines of the client. */
function open(play: (lines: AsyncIterator<string>, options: ExecOptions) => Promise<ExecResult>) {
  const kube = new FakeKube();
  const clock = new FakeClock();
  kube.onExec = (options) => play(linesOf(options.stdin!)[Symbol.asyncIterator](), options);
  const output = { onStdout: () => {}, onStderr: () => {} };
  const turn = new Turn({ kube, pause: PAUSE, clock, trace: false, joined: true, output });
  return { kube, clock, turn };
}

async function* linesOf(stdin: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  for await (const text of stdin.pipeThrough(new TextDecoderStream())) {
    yield* text.split("\n").slice(0, -1);
  }
}

Deno.test("a turn begins and ends as its client says, and keeps the gate meanwhile", async () => {
  const { clock, turn } = open(async (lines) => {
    assert.equal((await lines.next()).value, "");
    assert.equal((await lines.next()).value, "go");
    assert.equal((await lines.next()).value, "stop");
    return { exitCode: 143, message: "" };
  });
  clock.advance(5_000);
  await later();
  turn.begin();
  turn.stop();
  turn.stop();
  assert.equal(await turn.ended, 143);
  assert.equal(clock.alarmCount, 0);
});

Deno.test("a container that does not end the work is left", async () => {
  const { clock, turn } = open((_, { signal }) =>
    new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)))
  );
  turn.begin();
  const disposed = turn[Symbol.asyncDispose]();
  await later();
  clock.advance(15_000);
  await disposed;
  const message = await rejection(turn.ended, ClusterError);
  assert.equal(message, "Cannot end the work of the step: no answer in time");
});

Deno.test("a command that cannot be run is an error of the step", async () => {
  const { turn } = open(() => Promise.resolve({ message: "container not found" }));
  const message = await rejection(turn.ended, ClusterError);
  assert.equal(message, 'Cannot run the work of step "s": container not found');
});
