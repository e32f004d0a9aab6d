import assert from "node:assert/strict";
import { TransferError } from "../../../../src/errors.ts";
import type { ExecOptions } from "../../../../src/kube/interface.ts";
import type { Pause } from "../../../../src/hold/pause.ts";
import { encodeLines } from "../../../../src/step/protocol/receive.ts";
import { type StepCommand, StepExec } from "../../../../src/transfer/receiver/step_exec.ts";
import { FakeClock } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { turn } from "../../../support/fake_transport.ts";

const PAUSE = { namespace: "ns", pod: "p", container: "step-s", step: "s", image: "i" } as Pause;

/** Starts a command that ends when its signal aborts. */
function start(given: Partial<StepCommand> = {}, { opens = true } = {}) {
  const kube = new FakeKube();
  kube.opensExecs = opens;
  const clock = new FakeClock();
  const begun = Promise.withResolvers<ExecOptions>();
  kube.onExec = (options) => {
    begun.resolve(options);
    void (async () => {
      for await (const _ of options.stdin ?? []);
    })().catch(() => {});
    return new Promise((_, reject) => {
      options.signal!.addEventListener("abort", () => reject(options.signal!.reason));
    });
  };
  const signal = new AbortController().signal;
  const exec = new StepExec(
    { kube, clock, pause: PAUSE, signal, directory: ".", program: ["tar"] },
    {
      command: ["receive"],
      ...given,
    },
  );
  let outcome: unknown = "under way";
  exec.ended.catch((error) => outcome = error);
  const say = async (text: string) => {
    (await begun.promise).onStderr!(new TextEncoder().encode(text));
    await turn();
  };
  const pass = async (seconds: number) => {
    for (let at = 0; at < seconds; at++) clock.advance(1_000);
    await turn();
    return outcome;
  };
  return { exec, say, pass };
}

function assertLost(outcome: unknown, why: RegExp): void {
  assert.ok(outcome instanceof TransferError && outcome.connectionLost, String(outcome));
  assert.match(outcome.message, why);
}

Deno.test("a receiver that pulsed and falls silent is lost after 30 s", async () => {
  const { say, pass } = start();
  await say("busy\n");
  assert.equal(await pass(29), "under way");
  await say("waiting\n");
  assert.equal(await pass(29), "under way");
  assertLost(await pass(1), /the step: it is silent for 30 s$/);
});

Deno.test("a receiver that is known to pulse is lost after 30 s without output", async () => {
  const { pass } = start({ pulses: true });
  assertLost(await pass(30), /silent/);
});

Deno.test("while the connection opens, the client's limits on that count", async () => {
  const { pass } = start({ pulses: true }, { opens: false });
  assert.equal(await pass(300), "under way");
});

Deno.test("a silent receiver that can't pulse is not lost", async () => {
  const { pass } = start();
  assert.equal(await pass(300), "under way");
});

Deno.test("a receiver has 30 s for an answer", async () => {
  const { exec, pass } = start();
  await exec.write(encodeLines(["ask"]));
  exec.reply.text().catch(() => {});
  await turn();
  assert.equal(await pass(29), "under way");
  assertLost(await pass(2), /silent/);
});

Deno.test("pulses that show that nothing arrives end the command", async () => {
  let waits = 0;
  const { say, pass } = start({ onPulse: (pulse) => pulse === "waiting" && ++waits === 2 });
  await say("waiting\nbusy\n");
  assert.equal(await pass(1), "under way");
  await say("waiting\n");
  assertLost(await pass(1), /the step: what is sent does not arrive$/);
});
