import assert from "node:assert/strict";
import { ClusterError, TransferError } from "../../../src/errors.ts";
import type { ExecOptions, ExecResult } from "../../../src/kube/interface.ts";
import { refused } from "../../../src/kube/status.ts";
import type { RunEvent } from "../../../src/run/events.ts";
import { send } from "../../../src/run/send.ts";
import { ReceiveExit } from "../../../src/step/scripts.ts";
import type { Entry } from "../../../src/tree/walk.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { rejection } from "../../support/refusal.ts";
import { concat, readTar } from "../../support/tar_text.ts";
import { tree } from "../../support/tree_text.ts";
import { receive } from "./stage.ts";

const NODES = tree(`
  dir src/
  file src/a.txt hello
  file b 755 hi
`);
const ENTRIES: Entry[] = NODES.map(({ path, kind, content, mode, mtimeSeconds }) => {
  return { path, kind: kind as "file", sizeBytes: content.length, mode, mtimeSeconds };
});

interface Given {
  program?: string[];
  results?: Record<string, string>;
  directory?: string;
  entries?: Entry[];
  files?: MemoryFiles;
  signal?: AbortSignal;
}

/** Sends the tree to a receiver that is played so. */
function start(play: (options: ExecOptions) => Promise<ExecResult>, given: Given = {}) {
  const kube = new FakeKube();
  kube.onExec = play;
  const events: RunEvent[] = [];
  const sent = send({
    kube,
    clock: new FakeClock(),
    files: new MemoryFiles(NODES),
    pause: {
      namespace: "ns",
      step: "s",
      of: "s",
      said: [],
      pod: "p",
      uid: "u",
      container: "step-s",
      image: "i",
      directory: "/w",
      gate: "script",
    },
    release: true,
    root: "/tree",
    entries: ENTRIES,
    directory: ".",
    program: ["tar"],
    results: {},
    random: (length) => "r".repeat(length),
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    ...given,
  });
  sent.catch(() => {});
  return { kube, events, sent };
}

/** As the real client: a command that ends gives its stdin up. */
async function answer(
  options: ExecOptions,
  exitCode: number | undefined,
  { out = "", err = "", message = "" } = {},
): Promise<ExecResult> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  if (out !== "") options.onStdout?.(bytes(out));
  if (err !== "") options.onStderr?.(bytes(err));
  await options.stdin?.cancel();
  return { exitCode, message };
}

const drain = async (options: ExecOptions) => {
  await Array.fromAsync(options.stdin!);
};

Deno.test("one exec carries tree, manifest and results, and its receipt ends it", async () => {
  let members: string[] = [];
  const { kube, events, sent } = start(async (options) => {
    const received = await receive(options);
    members = readTar(received.archive).map(({ line }) => line);
    return received;
  }, { results: { commit: "abc", "odd name": "a b" }, directory: "sub" });
  await sent;
  const [{ namespace, pod, container, command }] = kube.execs;
  assert.deepEqual({ namespace, pod, container, command }, {
    namespace: "ns",
    pod: "p",
    container: "step-s",
    command: ["/bin/sh", "/tkn-dev/receive", "/w", "sub", ".tkn-dev-rrrrrrrrrr", "continue", "2"]
      .concat(
        ["commit", "abc", "odd name", "a b", "tar"],
      ),
  });
  assert.equal(kube.execs.length, 1);
  assert.deepEqual(members.slice(0, 3), ["5 src/ 755 0", "0 src/a.txt 644 5", "0 b 755 2"]);
  assert.match(members[3], /^0 \.tkn-dev-rrrrrrrrrr /);
  assert.deepEqual(events.slice(-2), [
    { kind: "sent", files: 2, bytes: 7, elapsedMs: 0, verified: true },
    { kind: "released" },
  ]);
  const progress = events.slice(0, -2);
  assert.ok(progress.length > 0);
  assert.deepEqual(progress.at(-1), {
    kind: "sending",
    files: 2,
    bytes: 7,
    totalFiles: 2,
    totalBytes: 7,
    elapsedMs: 0,
  });
});

Deno.test("an image without sha256sum can't tell the digest, and is believed the rest", async () => {
  const { events, sent } = start(async (options) => {
    await drain(options);
    return await answer({ ...options, stdin: undefined }, 0, { out: "receipt 2 7 -\n" });
  });
  await sent;
  assert.equal(events.at(-1)?.kind, "released");
});

for (
  const [what, receipt] of [
    ["another count", "receipt 1 7 -"],
    ["other bytes", "receipt 2 8 -"],
    ["another digest", `receipt 2 7 ${"0".repeat(64)}`],
    ["none", ""],
  ]
) {
  Deno.test(`a receipt that differs is not trusted: ${what}`, async () => {
    const { events, sent } = start(async (options) => {
      await drain(options);
      return await answer({ ...options, stdin: undefined }, 0, { out: `${receipt}\n` });
    });
    assert.equal(
      await rejection(sent, TransferError),
      'Cannot trust the upload into step "s": sent 2 files and 7 bytes, its receipt says ' +
        `"${receipt}"\nthis should not happen: the run went on with what arrived`,
    );
    assert.equal(events.some(({ kind }) => kind === "sent" || kind === "released"), false);
  });
}

const INTO = 'Cannot upload into step "s":';
const refusals: [keyof typeof ReceiveExit, reply: { out?: string; err?: string }, words: string][] =
  [
    [
      "directoryRefused",
      { err: "x\nd: leads out\n" },
      'Cannot upload into directory "d": d: leads out\n' +
      "choose another --on-directory",
    ],
    [
      "directoryUnusable",
      { err: "d: not writable\n" },
      'Cannot write directory "d" of the workspace: ' +
      "d: not writable\nmay the step's user write the volume? See fsGroup, or choose another --on-step",
    ],
    [
      "programMissing",
      { err: "tar: not found" },
      `${INTO} its image "i" has no program "tar"\n` +
      "name one that reads tar with --exec, or an image that has it with --upload-image",
    ],
    [
      "programFailed",
      { out: "program-exit 2\n", err: "tar: no space left\n" },
      'Cannot unpack into step "s": ' +
      '"tar" ended with exit code 2: tar: no space left\n' +
      "is there room on the volume, and may the step's user write there?",
    ],
    [
      "streamCut",
      { err: "the stream was cut" },
      `${INTO} it did not arrive whole (the stream was cut)\n` +
      "the step was not released; try again",
    ],
    [
      "treeDiffers",
      { err: "a: not as it was sent" },
      `${INTO} it did not arrive whole (a: not as it was sent)\n` +
      "the step was not released; try again",
    ],
    [
      "resultUnwritable",
      { err: "cannot write the result x" },
      'Cannot write the results of step "s": ' +
      "cannot write the result x",
    ],
    [
      "gateGone",
      { err: "let go already" },
      `${INTO} it goes on already\n` +
      "somebody else released it; start the run again",
    ],
    [
      "misused",
      { err: "usage" },
      `${INTO} the receiver ended with exit code 2: usage\n` +
      "the step was not released; try again",
    ],
  ];

for (const [exit, reply, words] of refusals) {
  Deno.test(`the receiver's exit code for ${exit} is told in words`, async () => {
    const { kube, sent } = start(
      (options) => answer(options, ReceiveExit[exit], reply),
      { directory: "d" },
    );
    assert.equal(await rejection(sent, TransferError), words);
    assert.equal(kube.execs.length, 1);
  });
}

Deno.test("a receiver that was killed may be a connection that was lost, one that says no is not", async () => {
  const lost = async (exitCode: number) => {
    const { sent } = start((options) => answer(options, exitCode));
    const error = await sent.catch((error) => error);
    assert.ok(error instanceof TransferError);
    return error.connectionLost;
  };
  assert.equal(await lost(137), true);
  assert.equal(await lost(ReceiveExit.streamCut), false);
});

Deno.test("a container without a shell is told as that, any other start that fails word by word", async () => {
  const none = 'exec: "sh": executable file not found in $PATH';
  const { sent } = start((options) => answer(options, undefined, { message: none }));
  assert.match(await rejection(sent, TransferError), /: its image "i" has no shell\n/);
  const other = start((options) => answer(options, undefined, { message: "no room" }));
  assert.equal(await rejection(other.sent, TransferError), `${INTO} no room`);
});

Deno.test("a connection that breaks is a transfer that failed, and nothing was released", async () => {
  const { sent } = start(async (options) => {
    await options.stdin!.cancel();
    throw new ClusterError('Cannot run a command in pod "p": connection lost (1006)');
  });
  assert.equal(
    await rejection(sent, TransferError),
    `${INTO} can't run a command in pod "p": connection lost (1006)\n` +
      "the step was not released; try again",
  );
  assert.equal((await sent.catch((error) => error)).connectionLost, true);
});

Deno.test("a server that says no is told in its own words, as the cluster's", async () => {
  const what = { verb: "exec into", kind: "Pod", name: "p", server: "s" };
  const { sent } = start(() => Promise.reject(refused(what, { code: 500, message: "no" })));
  assert.equal(await rejection(sent, ClusterError), 'Cannot exec into Pod "p": no');
});

Deno.test("a file that can't be read is told by its name", async () => {
  const entries = [{ ...ENTRIES[1], path: "gone.txt" }];
  const { sent } = start(async (options) => {
    await drain(options);
    return { exitCode: 0, message: "" };
  }, { entries });
  assert.match(await rejection(sent, TransferError), /^Cannot (read|send) "gone.txt"/);
});

Deno.test("a command of the user's own has no manifest, and is released by a second exec", async () => {
  const plays: string[][] = [];
  const { kube, events, sent } = start(async (options) => {
    plays.push([...options.command]);
    if (options.stdin === undefined) return { exitCode: 0, message: "" };
    const members = readTar(concat(await Array.fromAsync(options.stdin)));
    assert.deepEqual(members.map(({ line }) => line.split(" ")[1]), ["src/", "src/a.txt", "b"]);
    return await answer({ ...options, stdin: undefined }, 0, { out: "receipt - - -\n" });
  }, { program: ["sh", "-c", "cat >x"], results: { commit: "abc" } });
  await sent;
  assert.deepEqual(plays, [
    ["/bin/sh", "/tkn-dev/receive", "/w", ".", "-", "continue", "1"]
      .concat(["commit", "abc", "sh", "-c", "cat >x"]),
    ["/bin/sh", "/tkn-dev/release", "continue", "commit", "abc"],
  ]);
  assert.equal(kube.execs[1].container, "step-s");
  assert.deepEqual(events.slice(-2), [
    { kind: "sent", files: 2, bytes: 7, elapsedMs: 0, verified: false },
    { kind: "released" },
  ]);
});

Deno.test("such a command that leaves a part of the stream is not released", async () => {
  const { kube, sent } = start((options) => answer(options, 0), { program: ["head", "-c", "1"] });
  assert.equal(
    await rejection(sent, TransferError),
    `${INTO} "head -c 1" ended before it had read all\nit has to read its stdin to the end`,
  );
  assert.equal(kube.execs.length, 1);
});

Deno.test("a receiver that wants no more gets no more, and says why", async () => {
  const content = new TextEncoder().encode("x".repeat(1 << 20));
  const files = tree("file a\nfile b\nfile c").map((node) => ({ ...node, content }));
  const entries = files.map(({ path, mode, mtimeSeconds }) => {
    return { path, kind: "file" as const, sizeBytes: content.length, mode, mtimeSeconds };
  });
  for (const program of [["tar"], ["head", "-c", "1"]]) {
    let takenBytes = 0;
    const { sent } = start(async (options) => {
      for await (const chunk of options.stdin!) {
        if (takenBytes === 0) {
          options.onStdout?.(new TextEncoder().encode("program-exit 1\nover\n"));
        }
        takenBytes += chunk.length;
      }
      return { exitCode: program.length === 1 ? ReceiveExit.programFailed : 0, message: "" };
    }, { files: new MemoryFiles(files), entries, program });
    const words = program.length === 1
      ? /^Cannot unpack into step "s": "tar" ended with exit code 1\n/
      : /: "head -c 1" ended before it had read all\n/;
    assert.match(await rejection(sent, TransferError), words);
    assert.ok(takenBytes < 1 << 20, `${takenBytes}`);
  }
});

Deno.test("a receiver that wants no more once it has all is believed", async () => {
  const { sent } = start(async (options) => {
    if (options.stdin === undefined) return { exitCode: 0, message: "" };
    const reader = options.stdin.getReader();
    for (let bytes = 0; bytes < 4096;) bytes += (await reader.read()).value!.length;
    options.onStdout?.(new TextEncoder().encode("over\nreceipt - - -\n"));
    assert.equal((await reader.read()).done, true);
    return { exitCode: 0, message: "" };
  }, { program: ["sh", "-c", "cat >x"] });
  assert.equal((await sent).files, 2);
});

Deno.test("a release that comes too late is told", async () => {
  const { sent } = start(async (options) => {
    if (options.stdin === undefined) return await answer(options, ReceiveExit.gateGone);
    await drain(options);
    return { exitCode: 0, message: "" };
  }, { program: ["sh", "-c", "cat >x"] });
  assert.match(await rejection(sent, TransferError), /: it goes on already\n/);
});

Deno.test("an abort is told by its reason, not as a transfer that failed", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const { sent } = start((options) => {
    stop.abort(reason);
    options.signal!.throwIfAborted();
    return Promise.reject(new ClusterError("never"));
  }, { signal: stop.signal });
  await assert.rejects(sent, reason);
});
