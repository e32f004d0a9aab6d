import assert from "node:assert/strict";
import { TransferError } from "../../../../src/errors.ts";
import type { Pause } from "../../../../src/hold/pause.ts";
import type { ExecOptions, ExecResult } from "../../../../src/kube/interface.ts";
import { ReceiveExit } from "../../../../src/step/protocol/exit_codes.ts";
import { Receiver } from "../../../../src/transfer/receiver/receiver.ts";
import { FakeClock } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { turn } from "../../../support/fake_transport.ts";
import { rejection } from "../../../support/refusal.ts";

const PAUSE = { namespace: "ns", pod: "p", container: "step-s", step: "s", image: "i" } as Pause;
const RUN = { kind: "TaskRun", name: "r" } as const;

/** Starts a receiver whose frames the test reads, and for which it speaks. */
function start() {
  const kube = new FakeKube();
  const clock = new FakeClock();
  const exit = Promise.withResolvers<ExecResult>();
  let exec: ExecOptions | undefined;
  kube.onExec = (options) => {
    exec = options;
    options.signal!.addEventListener("abort", () => exit.reject(options.signal!.reason));
    return exit.promise;
  };
  const receiver = new Receiver({
    ...{ kube, clock, pause: PAUSE, directory: ".", program: ["tar"], results: {}, release: true },
    ...{ upload: "k3j2h1a0x9", attempt: 1, manifest: ".manifest", pulses: true },
    signal: new AbortController().signal,
  });
  const reader = exec!.stdin!.getReader();
  const encoder = new TextEncoder();
  return {
    receiver,
    clock,
    read: async () => new TextDecoder().decode((await reader.read()).value),
    print: (text: string) => exec!.onStdout!(encoder.encode(text)),
    pulse: (text: string) => exec!.onStderr!(encoder.encode(`${text}\n`)),
    end: (exitCode: number) => exit.resolve({ exitCode, message: "" }),
  };
}

Deno.test("requests of one turn travel in one frame, and their answers come in order", async () => {
  const { receiver, read, print } = start();
  const answers = [receiver.lock(RUN), receiver.readRecord(), receiver.list(["src", "b"])] as const;
  assert.equal(await read(), "lock TaskRun/r\nrecall\nlook ./src\nlook ./b\nask\n");
  print("ready\nready\ngzip\nlisted\n81a4 1 1 1 ./b\nready\n");
  const [holder, record, listing] = await Promise.all(answers);
  assert.deepEqual([holder, record], [undefined, undefined]);
  assert.deepEqual([...listing.entries.keys()], ["b"]);
});

Deno.test("a receiver is pinged every five seconds while the client does something else", async () => {
  const { receiver, clock, read, print } = start();
  const other = Promise.withResolvers<string>();
  const done = receiver.during(other.promise);
  for (let times = 0; times < 2; times++) {
    clock.advance(5_000);
    assert.equal(await read(), "ping\n");
    print("ready\n");
    await turn();
  }
  other.resolve("done");
  assert.equal(await done, "done");
});

Deno.test("a receiver that ends while the client does something else is an error at once", async () => {
  const { receiver, end } = start();
  const done = receiver.during(new Promise<never>(() => {}));
  done.catch(() => {});
  end(ReceiveExit.gateGone);
  assert.match(await rejection(done, TransferError), /: it is already released\n/);
});

Deno.test("a receiver that waits for half a minute for bytes on their way is lost", async () => {
  const { receiver, read, pulse } = start();
  const endless = async function* () {
    for (;;) yield await Promise.resolve(new Uint8Array(1));
  };
  const sent = receiver.send({ compressed: false }, endless());
  sent.catch(() => {});
  assert.equal(await read(), "plain\n");
  await read();
  pulse("busy");
  for (let times = 0; times < 5; times++) pulse("waiting");
  pulse("busy");
  for (let times = 0; times < 6; times++) pulse("waiting");
  assert.match(await rejection(sent, TransferError), /: what is sent does not arrive\n/);
});

Deno.test("a receiver that waits while the client sends nothing is not lost", async () => {
  const { receiver, pulse } = start();
  let outcome = "waiting";
  receiver.exited().catch(() => outcome = "lost");
  for (let times = 0; times < 12; times++) pulse("waiting");
  await turn();
  assert.equal(outcome, "waiting");
});

Deno.test("a disposed receiver ends, and its stdin with an error", async () => {
  const { receiver, read } = start();
  const frame = read();
  await receiver[Symbol.asyncDispose]();
  await assert.rejects(frame, { name: "AbortError" });
});
