import assert from "node:assert/strict";
import { ClusterError } from "../../../src/errors.ts";
import type { Pause } from "../../../src/hold/pause.ts";
import type { ExecOptions, ExecResult } from "../../../src/kube/interface.ts";
import { OpenedReceiver } from "../../../src/transfer/opened_receiver.ts";
import type { SendOptions } from "../../../src/transfer/options.ts";
import { send } from "../../../src/transfer/send.ts";
import { UploadName } from "../../../src/transfer/upload_name.ts";
import { Digests } from "../../../src/tree/digests.ts";
import type { Entry } from "../../../src/tree/walk.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { receive } from "../../support/fake_receiver.ts";
import { turn, until } from "../../support/fake_transport.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { file } from "../../support/tree_text.ts";

const NODES = [file("a", "hi"), file("new/b", "there")];
const ENTRIES: Entry[] = NODES.map(({ path, content, mode, mtimeSeconds }) => {
  return { path, kind: "file", sizeBytes: content.length, mode, mtimeSeconds };
});

/** An upload of both files, whose receiver is opened while there is only the first one. */
function play(receiver: (options: ExecOptions, lines: string[]) => Promise<ExecResult>) {
  const kube = new FakeKube();
  const lines: string[] = [];
  kube.onExec = (options) => receiver(options, lines);
  const clock = new FakeClock();
  clock.isAutomatic = true;
  const files = new MemoryFiles(NODES);
  const options: SendOptions & { name: UploadName } = {
    ...{ kube, clock, files, root: "/tree", entries: ENTRIES, directory: ".", program: ["tar"] },
    digests: new Digests(files, "/tree"),
    name: new UploadName((length) => "n".repeat(length)),
    compress: "never",
    deletes: "auto",
    pause: { namespace: "ns", step: "s", pod: "p", container: "step-s", directory: "/w" } as Pause,
    run: { kind: "TaskRun", name: "build" },
    release: false,
    results: {},
    random: (length) => "r".repeat(length),
    emit: () => {},
    signal: new AbortController().signal,
  };
  const opened = new OpenedReceiver({ ...options, entries: ENTRIES.slice(0, 1) });
  return { kube, lines, opened, send: () => send({ ...options, opened }) };
}

const listening = (options: ExecOptions, lines: string[]) =>
  receive(options, { onLine: (line) => lines.push(line) });

Deno.test("an opened receiver has listed the tree, and takes the lock only for the upload", async () => {
  const { kube, lines, opened, send } = play(listening);
  await until(() => lines.includes("ask"), "the question");
  await turn();
  assert.deepEqual(lines.filter((line) => line !== "ping"), ["look ./a", "ask"]);
  const receipt = await send();
  assert.equal(receipt.files, 2);
  const asked = lines.filter((line) => line !== "ping").slice(2);
  assert.deepEqual(asked, ["lock TaskRun/build", "look ./new", "ask", "plain"]);
  assert.equal(kube.execs.length, 1);
  assert.equal(opened.isLost, false);
});

Deno.test("an upload whose opened receiver is lost uses another one, of the next attempt", async () => {
  let execs = 0;
  const { kube, opened, send } = play(async (options, lines) => {
    if (execs++ > 0) return await listening(options, lines);
    await options.stdin!.cancel();
    throw new ClusterError("Cannot run a command: the connection is lost");
  });
  await until(() => opened.isLost, "the loss");
  assert.equal((await send()).files, 2);
  const attempts = kube.execs.map(({ command }) => command.slice(4, 6).join(" "));
  assert.deepEqual(attempts, ["nnnnnnnnnn 1", "nnnnnnnnnn 2"]);
});

Deno.test("an opened receiver that is not needed ends", async () => {
  const { kube, opened } = play(async ({ stdin }) => {
    await Array.fromAsync(stdin!).catch(() => {});
    return { exitCode: 14, message: "" };
  });
  await opened[Symbol.asyncDispose]();
  assert.equal(kube.execs[0].signal?.aborted, true);
});
