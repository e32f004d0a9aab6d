import assert from "node:assert/strict";
import type { Pause } from "../../../src/hold/pause.ts";
import { Stay } from "../../../src/hold/stay.ts";
import type { ExecOptions, ExecResult } from "../../../src/kube/interface.ts";
import { refused } from "../../../src/kube/status.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { turn, until } from "../../support/fake_transport.ts";

const PAUSE = { namespace: "ns", pod: "p", container: "step-s", targetStep: "s" } as Pause;

/** A container whose execs end as the test says, or with the line "stop". */
function stage() {
  const kube = new FakeKube();
  const clock = new FakeClock();
  const execs: { heard: string; end: (result: ExecResult | Error) => void }[] = [];
  kube.onExec = async ({ stdin }: ExecOptions) => {
    const ended = Promise.withResolvers<ExecResult>();
    const exec = {
      heard: "",
      end: (result: ExecResult | Error) =>
        result instanceof Error ? ended.reject(result) : ended.resolve(result),
    };
    execs.push(exec);
    const listening = (async () => {
      for await (const text of stdin!.pipeThrough(new TextDecoderStream())) {
        exec.heard += text;
        if (text === "stop\n") ended.resolve({ exitCode: 0, message: "" });
      }
    })();
    listening.catch(() => {});
    return await ended.promise;
  };
  return { kube, clock, execs, stay: new Stay({ kube, pause: PAUSE, clock }) };
}

Deno.test("a user who is elsewhere keeps the step held, also after a lost connection", async () => {
  const { clock, execs, stay } = stage();
  clock.advance(5_000);
  await until(() => execs[0].heard === "\n", "a sign of life");
  execs[0].end({ message: "the connection broke" });
  await turn();
  clock.advance(2_000);
  await until(() => execs.length === 2, "another exec");
  clock.advance(10_000);
  await until(() => execs[1].heard === "\n\n", "two signs of life");
  await stay[Symbol.asyncDispose]();
  assert.equal(execs[1].heard, "\n\nstop\n");
  assert.equal(clock.alarmCount, 0);
});

Deno.test("nobody stays at a step that holds no more, or whose pod is gone", async () => {
  const what = { verb: "exec into", kind: "Pod", name: "p", server: "s" };
  for (
    const end of [
      { exitCode: 17, message: "" },
      refused(what, { code: 404, message: "pods p not found" }),
    ]
  ) {
    const { clock, execs, stay } = stage();
    execs[0].end(end);
    await turn();
    clock.advance(2_000);
    await turn();
    assert.equal(execs.length, 1);
    await stay[Symbol.asyncDispose]();
  }
});
