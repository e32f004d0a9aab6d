import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ClusterError, TransferError } from "../../../src/errors.ts";
import type { ExecOptions, ExecResult } from "../../../src/kube/interface.ts";
import { refused } from "../../../src/kube/status.ts";
import type { RunEvent } from "../../../src/events.ts";
import { send } from "../../../src/transfer/send.ts";
import { ReceiveExit } from "../../../src/step/protocol/exit_codes.ts";
import { TASK_RUNS, type TaskRun } from "../../../src/tekton/model.ts";
import { Digests } from "../../../src/tree/digests.ts";
import {
  PrepackedArchive,
  type PrepackedTree,
} from "../../../src/transfer/prepack/prepacked_archive.ts";
import type { Entry } from "../../../src/tree/walk.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { turn, until } from "../../support/fake_transport.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { rejection } from "../../support/refusal.ts";
import { readTar } from "../../support/tar_text.ts";
import { concat } from "../../../src/concat.ts";
import { file, tree } from "../../support/tree_text.ts";
import { receive, type Received } from "../../support/fake_receiver.ts";
import type { SendOptions } from "../../../src/transfer/options.ts";

const NODES = tree(`
  dir src/
  file src/a.txt hello
  file b 755 hi
`);
const ENTRIES: Entry[] = NODES.map(({ path, kind, content, mode, mtimeSeconds }) => {
  return { path, kind: kind as "file", sizeBytes: content.length, mode, mtimeSeconds };
});

/** The digest of the list of all files. */
const DIGEST = createHash("sha256")
  .update(`${sha256("hello")}  ./src/a.txt\n${sha256("hi")}  ./b\n`).digest("hex");

/** The first line of every upload. */
const LOCK = "lock TaskRun/build-x7k2p";

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Sends the tree to the receiver that `play` stands for. */
function start(
  play: (options: ExecOptions) => Promise<ExecResult>,
  given: Partial<SendOptions> = {},
) {
  const kube = new FakeKube();
  kube.onExec = play;
  const clock = new FakeClock();
  clock.isAutomatic = true;
  const events: RunEvent[] = [];
  const files = given.files ?? new MemoryFiles(NODES);
  const sent = send({
    kube,
    clock,
    files,
    digests: new Digests(files, "/tree"),
    compress: "never",
    deletes: "auto",
    pause: {
      namespace: "ns",
      step: "s",
      targetStep: "s",
      said: [],
      pod: "p",
      uid: "u",
      container: "step-s",
      image: "i",
      directory: "/w",
      gate: "script",
    },
    run: { kind: "TaskRun", name: "build-x7k2p" },
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
  return { kube, clock, events, sent };
}

/** Ends a command and, as the real client does, cancels its stdin. */
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

/** Prints this line in place of the receipt. */
function instead(options: ExecOptions, receipt: string): ExecOptions {
  return {
    ...options,
    onStdout(bytes) {
      const text = new TextDecoder().decode(bytes);
      const said = text.startsWith("receipt") ? `${receipt}\n` : text;
      options.onStdout?.(new TextEncoder().encode(said));
    },
  };
}

const drain = async (options: ExecOptions) => {
  await Array.fromAsync(options.stdin!);
};

Deno.test("a large file is announced, to be hashed as it arrives, and comes first in the manifest", async () => {
  const disk = new Uint8Array(32 * 1024 * 1024);
  const nodes = [file("a", "hi"), file("disk.img", disk), file("odd\\name", disk)];
  const entries: Entry[] = nodes.map(({ path, content, mode, mtimeSeconds }) => {
    return { path, kind: "file", sizeBytes: content.length, mode, mtimeSeconds };
  });
  let received: Received | undefined;
  const { sent } = start(async (options) => received = await receive(options), {
    files: new MemoryFiles(nodes),
    entries,
  });
  await sent;
  const { lines, manifest } = received!;
  assert.deepEqual(lines.slice(-2), [`follow ${disk.length} ./disk.img`, "plain"]);
  const list = manifest.split("\n\n")[1].trim().split("\n");
  assert.deepEqual(list.map((one) => one.split("  ")[1]), ["./disk.img", "./a"]);
});

Deno.test("one exec carries the tree, the manifest and the results, and ends with a receipt", async () => {
  let received: Received | undefined;
  const { kube, events, sent } = start(async (options) => {
    return received = await receive(options);
  }, { results: { commit: "abc", "odd name": "a b" }, directory: "sub" });
  assert.deepEqual(await sent, { files: 2, bytes: 7, digest: DIGEST });
  const [{ namespace, pod, container, command }] = kube.execs;
  assert.deepEqual({ namespace, pod, container, command }, {
    namespace: "ns",
    pod: "p",
    container: "step-s",
    command: [
      "/bin/sh",
      "/tkn-dev/receive",
      "/w",
      "sub",
      "rrrrrrrrrr",
      "1",
      ".tkn-dev-rrrrrrrrrr-1",
    ]
      .concat(["-", "continue", "2", "commit", "abc", "odd name", "a b", "tar"]),
  });
  assert.equal(kube.execs.length, 1);
  assert.deepEqual(received!.lines, [LOCK, "look ./src", "look ./b", "ask", "plain"]);
  const lines = received!.members.map(({ line }) => line);
  assert.deepEqual(lines.slice(0, 3), ["5 src/ 755 0", "0 src/a.txt 644 5", "0 b 755 2"]);
  assert.match(lines[3], /^0 \.tkn-dev-rrrrrrrrrr-1 /);
  assert.deepEqual(events.slice(-2), [
    {
      kind: "sent",
      files: 2,
      bytes: 7,
      elapsedMs: 0,
      verified: true,
      wireBytes: undefined,
      unchanged: 0,
      unchangedMs: undefined,
      removed: 0,
    },
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

Deno.test("the arrival is reported as soon as the receiver prints its receipt, before it ends", async () => {
  const said = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const { events, sent } = start(async (options) => {
    const received = await receive(options);
    said.resolve();
    await ended.promise;
    return received;
  });
  await said.promise;
  await turn();
  assert.deepEqual(events.slice(-1).map(({ kind }) => kind), ["sent"]);
  ended.resolve();
  await sent;
  assert.deepEqual(events.slice(-2).map(({ kind }) => kind), ["sent", "released"]);
});

Deno.test("a receipt without a digest, from an image without sha256sum, is accepted", async () => {
  const { events, sent } = start((options) => receive(instead(options, "receipt 2 7 -")));
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
    const { events, sent } = start((options) => receive(instead(options, receipt)));
    assert.equal(
      await rejection(sent, TransferError),
      'Cannot trust the upload into step "s": sent 2 files and 7 bytes, its receipt says ' +
        `"${receipt}"\nthis should not happen: the run resumed with what arrived`,
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
      "d: not writable\nmay the step's user write there? See fsGroup, or bind another volume",
    ],
    [
      "directoryUnusable",
      { err: "lost+found: cannot be removed\n" },
      'Cannot write directory "d" of the workspace: lost+found: cannot be removed\n' +
      "--delete=never keeps what the clone would delete first",
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
      { err: "released already" },
      `${INTO} it is already released\n` +
      "someone else released it; start the run again",
    ],
    [
      "misused",
      { err: "usage" },
      `${INTO} the receiver ended with exit code 2: usage\n` +
      "the step was not released; try again",
    ],
  ];

for (const [exit, reply, words] of refusals) {
  Deno.test(`the receiver's exit code for ${exit} becomes an error in words`, async () => {
    const { kube, sent } = start(
      (options) => answer(options, ReceiveExit[exit], reply),
      { directory: "d" },
    );
    assert.equal(await rejection(sent, TransferError), words);
    const isTriedAgain = exit === "streamCut" || exit === "misused";
    assert.equal(kube.execs.length, isTriedAgain ? 6 : 1);
  });
}

Deno.test("a killed receiver counts as a lost connection, a refusal does not", async () => {
  const lost = async (exitCode: number) => {
    const { sent } = start((options) => answer(options, exitCode));
    const error = await sent.catch((error) => error);
    assert.ok(error instanceof TransferError);
    return error.connectionLost;
  };
  assert.equal(await lost(137), true);
  assert.equal(await lost(ReceiveExit.streamCut), true);
  assert.equal(await lost(ReceiveExit.treeDiffers), false);
});

Deno.test("a container without a shell is reported as such, any other failed start verbatim", async () => {
  const none = 'exec: "sh": executable file not found in $PATH';
  const { sent } = start((options) => answer(options, undefined, { message: none }));
  assert.match(await rejection(sent, TransferError), /: its image "i" has no shell\n/);
  const other = start((options) => answer(options, undefined, { message: "no room" }));
  assert.equal(await rejection(other.sent, TransferError), `${INTO} no room`);
});

Deno.test("a lost connection fails the transfer, and nothing is released", async () => {
  const { sent } = start(async (options) => {
    await options.stdin!.cancel();
    throw new ClusterError('Cannot run a command in pod "p": connection lost (1006)');
  });
  assert.equal(
    await rejection(sent, TransferError),
    `${INTO} cannot run a command in pod "p": connection lost (1006)\n` +
      "the step was not released; try again",
  );
  assert.equal((await sent.catch((error) => error)).connectionLost, true);
});

Deno.test("a refusal of the server is a ClusterError with the server's message", async () => {
  const what = { verb: "exec into", kind: "Pod", name: "p", server: "s" };
  const { sent } = start(() => Promise.reject(refused(what, { code: 500, message: "no" })));
  assert.equal(await rejection(sent, ClusterError), 'Cannot exec into Pod "p": no');
});

Deno.test("a file that can't be read is named", async () => {
  const entries = [{ ...ENTRIES[1], path: "gone.txt" }];
  const { sent } = start((options) => receive(options), { entries });
  assert.match(await rejection(sent, TransferError), /^Cannot (read|send) "gone.txt"/);
});

Deno.test("a command of the user gets no manifest, and a second exec releases the step", async () => {
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
    ["/bin/sh", "/tkn-dev/receive", "/w", ".", "rrrrrrrrrr", "1", "-", "-", "hold", "1"]
      .concat(["commit", "abc", "sh", "-c", "cat >x"]),
    ["/bin/sh", "/tkn-dev/release", "continue", "commit", "abc"],
  ]);
  assert.equal(kube.execs[1].container, "step-s");
  assert.deepEqual(events.slice(-2), [
    {
      kind: "sent",
      files: 2,
      bytes: 7,
      elapsedMs: 0,
      verified: false,
      wireBytes: undefined,
      unchanged: 0,
      unchangedMs: undefined,
      removed: 0,
    },
    { kind: "released" },
  ]);
});

Deno.test("a command of the user that leaves part of the stream unread does not release the step", async () => {
  const { kube, sent } = start((options) => answer(options, 0), { program: ["head", "-c", "1"] });
  assert.equal(
    await rejection(sent, TransferError),
    `${INTO} "head -c 1" ended before it had read all\nit has to read its stdin to the end`,
  );
  assert.equal(kube.execs.length, 1);
});

Deno.test("a receiver that wants no more input gets none, and its exit code is the error", async () => {
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

Deno.test("a receiver that wants no more after the last byte is trusted", async () => {
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

Deno.test("a release that comes too late is an error", async () => {
  const { sent } = start(async (options) => {
    if (options.stdin === undefined) return await answer(options, ReceiveExit.gateGone);
    await drain(options);
    return { exitCode: 0, message: "" };
  }, { program: ["sh", "-c", "cat >x"] });
  assert.match(await rejection(sent, TransferError), /: it is already released\n/);
});

Deno.test("an abort throws its reason, not a TransferError", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const { sent } = start((options) => {
    stop.abort(reason);
    options.signal!.throwIfAborted();
    return Promise.reject(new ClusterError("never"));
  }, { signal: stop.signal });
  await assert.rejects(sent, reason);
});

/** Plays one after the other, and repeats the last one. */
function inTurn(...plays: ((options: ExecOptions) => Promise<ExecResult>)[]) {
  let tries = 0;
  return (options: ExecOptions) => plays[Math.min(tries++, plays.length - 1)](options);
}

const LOST = new ClusterError('Cannot run a command in pod "p": connection lost (1006)');

/** Reads the whole stream, but loses the connection before its receipt. */
const lose = async (options: ExecOptions) => {
  await receive({ ...options, onStdout: (bytes) => saysReady(bytes) && options.onStdout?.(bytes) });
  throw LOST;
};

function saysReady(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes).endsWith("ready\n");
}

const SECONDS = NODES[1].mtimeSeconds;

Deno.test("an interrupted upload continues with what did not arrive, and verifies the rest too", async () => {
  let received: Received | undefined;
  const { kube, clock, events, sent } = start(inTurn(
    lose,
    async (options) =>
      received = await receive(options, {
        ask: [
          `gzip\nsha256sum\nlisted\n41ed 60 1 1 ./src\n81a4 5 ${SECONDS} 1 ./src/a.txt\n81ed 1 5 1 ./b\n`,
        ],
      }),
  ));
  assert.equal((await sent).digest, DIGEST);
  assert.equal(kube.execs.length, 2);
  assert.deepEqual(clock.delays, [500]);
  assert.deepEqual(
    received!.members.map(({ line }) => line.split(" ")[1]),
    ["src/", "b", ".tkn-dev-rrrrrrrrrr-2"],
  );
  assert.match(received!.manifest, /^files 2\nbytes 7\nlisted 2$/m);
  assert.ok(received!.manifest.includes(`${sha256("hello")}  ./src/a.txt\n`));
  assert.deepEqual(events.find(({ kind }) => kind === "note"), {
    kind: "note",
    text: `Cannot upload into step "s": cannot run a command in pod "p": connection lost (1006): ` +
      "trying again",
  });
  assert.equal(events.at(-1)?.kind, "released");
});

Deno.test("a file from an interrupted attempt that differs is sent again", async () => {
  for (const there of [`4 ${SECONDS}`, `5 ${SECONDS + 1}`]) {
    let received: Received | undefined;
    const { sent } = start(inTurn(
      lose,
      async (options) =>
        received = await receive(options, { ask: [`listed\n81a4 ${there} ./src/a.txt\n`] }),
    ));
    await sent;
    assert.equal(received!.members.length, 4, there);
  }
});

Deno.test("an upload is attempted six times, with growing delays", async () => {
  const { kube, clock, sent } = start(lose);
  assert.match(await rejection(sent, TransferError), /connection lost/);
  assert.equal(kube.execs.length, 6);
  assert.deepEqual(clock.delays, [500, 1000, 2000, 4000, 8000]);
});

Deno.test("a step that is released after an attempt lost its connection at the very end was released by it", async () => {
  const gone = (options: ExecOptions) => answer(options, ReceiveExit.gateGone, { err: "gone" });
  const { events, sent } = start(inTurn(lose, gone));
  assert.equal((await sent).files, 2);
  assert.equal(events.at(-1)?.kind, "released");
  const early = start(inTurn(async (options) => {
    await options.stdin!.cancel();
    throw LOST;
  }, gone));
  assert.match(await rejection(early.sent, TransferError), /: it is already released\n/);
});

Deno.test("a refused further attempt is reported as the lost connection before it", async () => {
  const what = { verb: "exec into", kind: "Pod", name: "p", server: "s" };
  const { sent } = start(
    inTurn(lose, () => Promise.reject(refused(what, { code: 404, message: "no pod" }))),
  );
  const error = await sent.catch((error) => error);
  assert.match(error.message, /connection lost/);
  assert.equal(error.connectionLost, true);
});

Deno.test("--compress=always compresses if the image can unpack it", async () => {
  for (const [ask, last] of [["gzip\nlisted\n", "gzip"], ["listed\n", "plain"]]) {
    let received: Received | undefined;
    const { events, sent } = start(
      async (options) => received = await receive(options, { ask: [ask] }),
      { compress: "always" },
    );
    await sent;
    assert.equal(received!.lines.at(-1), last);
    const told = events.at(-2);
    assert.equal(told?.kind === "sent" && told.wireBytes! > 0, last === "gzip");
  }
});

Deno.test("a link with a long round trip is compressed from the start, one with a short round trip is not", async () => {
  const nodes = [file("large", "x".repeat(300_000))];
  const [{ path, mode, mtimeSeconds }] = nodes;
  const entries: Entry[] = [{ path, kind: "file", sizeBytes: 300_000, mode, mtimeSeconds }];
  for (const [ms, last] of [[19, "plain"], [20, "gzip"]] as const) {
    let received: Received | undefined;
    const { clock, sent } = start(
      async (options) =>
        received = await receive(options, {
          onLine: (line) => line === "ping" && clock.advance(ms),
        }),
      { compress: "auto", files: new MemoryFiles(nodes), entries },
    );
    await sent;
    assert.deepEqual(received!.lines.slice(-2), ["ping", last]);
  }
});

Deno.test("for a small upload the round trip is not measured", async () => {
  let received: Received | undefined;
  const { sent } = start(async (options) => received = await receive(options), {
    compress: "auto",
  });
  await sent;
  assert.deepEqual(received!.lines.slice(-2), ["ask", "plain"]);
});

Deno.test("an archive over a slow link ends at a file, and the rest is sent compressed", async () => {
  const content = new TextEncoder().encode("x".repeat(1 << 20));
  const files = Array.from({ length: 9 }, (_, at) => `file ${at}`).join("\n");
  const nodes = tree(files).map((node) => ({ ...node, content }));
  const entries = nodes.map(({ path, mode, mtimeSeconds }) => {
    return { path, kind: "file" as const, sizeBytes: content.length, mode, mtimeSeconds };
  });
  const received: Received[] = [];
  const { kube, clock, events, sent } = start(async (options) => {
    const onChunk = (bytes: number) => bytes > 2e6 && bytes < 2.5e6 && clock.advance(600);
    const one = await receive(options, { onChunk });
    received.push(one);
    return one;
  }, { files: new MemoryFiles(nodes), entries, compress: "auto" });
  assert.equal((await sent).files, 9);
  assert.equal(kube.execs.length, 2);
  assert.deepEqual(received.map(({ lines }) => lines.at(-1)), ["plain", "gzip"]);
  assert.match(received[0].manifest, /^then part$/m);
  assert.match(received[1].manifest, /^then end$/m);
  const [first, second] = received.map(({ members }) => members.length - 1);
  assert.ok(first > 0 && second > 0);
  assert.equal(first + second, 9);
  assert.equal(events.at(-1)?.kind, "released");
});

/** The options of an upload into a volume that outlives runs. */
const RECORD = { record: "./.tkn-dev-upload/record" };

Deno.test("after an earlier upload only changed files are sent, and deleted ones are removed", async () => {
  const short = (text: string) => sha256(text).slice(0, 20);
  let received: Received | undefined;
  const { events, sent } = start(async (options) => {
    received = await receive(options, {
      ask: [
        `listed\n41ed 60 1 1 ./src\n81a4 5 ${SECONDS} 1 ./src/a.txt\n81a4 9 9 1 ./src/made\n` +
        `81ed 2 ${SECONDS} 1 ./b\n81a4 3 7 1 ./src/gone\n`,
        "listed\n81a4 1 1 1 ./top\n",
      ],
      recall: `recorded ${SECONDS + 100}\ntkn-dev record 1\ndir - - ./src\n` +
        `${short("hello")} 644 ${SECONDS} ./src/a.txt\n${short("ho")} 755 ${SECONDS} ./b\n` +
        `${short("x")} 644 7 ./src/gone\n${short("y")} 644 1 ./top\n`,
    });
    return received;
  }, RECORD);
  assert.equal((await sent).digest, DIGEST);
  assert.deepEqual(received!.lines, [
    ...[LOCK, "recall", "look ./src", "look ./b", "ask"],
    ...["look ./top", "ask", "doubt ./b"],
    ...["remove ./src/gone", "remove ./top", "plain"],
  ]);
  const [b, record] = received!.members;
  assert.equal(b.line, "0 b 755 2");
  assert.equal(
    new TextDecoder().decode(record.content),
    `gone - - ./src/gone\ngone - - ./top\n${short("hi")} 755 ${SECONDS} ./b\n`,
  );
  assert.match(received!.manifest, /^then end\nfiles 1\nbytes 2\nlisted 2$/m);
  assert.deepEqual(events.at(-2), {
    kind: "sent",
    files: 1,
    bytes: 2,
    elapsedMs: 0,
    verified: true,
    wireBytes: undefined,
    unchanged: 1,
    unchangedMs: 0,
    removed: 2,
  });
});

Deno.test("a first upload records everything that it sent", async () => {
  let received: Received | undefined;
  const { kube, sent } = start(async (options) => received = await receive(options), RECORD);
  await sent;
  assert.equal(kube.execs[0].command[7], "./.tkn-dev-upload/record");
  const text = new TextDecoder().decode(received!.members.at(-2)!.content);
  assert.equal(
    text,
    `dir - - ./src\n${sha256("hello").slice(0, 20)} 644 ${SECONDS} ./src/a.txt\n` +
      `${sha256("hi").slice(0, 20)} 755 ${SECONDS} ./b\n`,
  );
  assert.ok(received!.lines.includes("forget"));
  assert.match(received!.manifest, /^then end$/m);
  assert.ok(received!.manifest.includes(`${sha256(text)}  ./.tkn-dev-rrrrrrrrrr-1.record\n`));
});

Deno.test("the record of an empty directory is forgotten", async () => {
  let received: Received | undefined;
  const { sent } = start(
    async (options) =>
      received = await receive(options, {
        ask: ["listed\n", "listed\n"],
        recall: `recorded ${SECONDS}\ntkn-dev record 1\nlink - - ./old\n`,
      }),
    RECORD,
  );
  await sent;
  assert.ok(received!.lines.includes("forget"));
});

Deno.test("on top of a clone, only the record of an earlier attempt counts", async () => {
  const base = { commit: "1".repeat(40), run: "TaskRun/build-x7k2p" };
  const line = `base ${base.commit} ${base.run} .\n`;
  const upload = async (said: string) => {
    let received: Received | undefined;
    const { sent } = start(
      async (options) =>
        received = await receive(options, {
          ask: [`listed\n81a4 5 ${SECONDS} 1 ./src/a.txt\n`, "listed\n"],
          recall: `recorded ${SECONDS + 100}\ntkn-dev record 1\n${said}` +
            `${sha256("hello").slice(0, 20)} 644 ${SECONDS} ./src/a.txt\n`,
        }),
      { ...RECORD, onTop: { removed: ["old"] }, base },
    );
    await sent;
    const files = received!.members.map(({ line }) => line.split(" ")[1]);
    const record = new TextDecoder().decode(received!.members.at(-2)!.content);
    assert.match(record, new RegExp(`^${line.replaceAll(".", "\\.")}gone - - \\./old\n`));
    return { isForgotten: received!.lines.includes("forget"), isSent: files.includes("src/a.txt") };
  };
  assert.deepEqual(await upload(line), { isForgotten: false, isSent: false });
  const anew = { isForgotten: true, isSent: true };
  assert.deepEqual(await upload(""), anew);
  assert.deepEqual(await upload(line.replace("x7k2p", "other")), anew);
  assert.deepEqual(await upload(line.replaceAll("1", "2")), anew);
});

Deno.test("a later upload need not read what was sent", async () => {
  const digests = new Digests(new MemoryFiles([]), "/tree");
  const { sent } = start((options) => receive(options), { digests });
  await sent;
  const files = ENTRIES.filter(({ kind }) => kind === "file");
  assert.deepEqual(files.map((entry) => digests.of(entry)), ["hello", "hi"].map(sha256));
});

Deno.test("--delete=always lists the whole directory", async () => {
  let received: Received | undefined;
  const { sent } = start(async (options) => {
    const ask = ["listed\n41ed 60 1 .\n81a4 5 1 1 ./b\n41ed 60 1 1 ./made\n81a4 9 9 1 ./made/x\n"];
    return received = await receive(options, { ask });
  }, { deletes: "always" });
  await sent;
  assert.deepEqual(received!.lines, [LOCK, "look .", "ask", "remove ./made", "plain"]);
});

Deno.test("on top of a tree, its files and the removed ones are listed, 500 in a question", async () => {
  let received: Received | undefined;
  const removed = Array.from({ length: 600 }, (_, at) => `old/${at}`);
  const { events, sent } = start(
    async (options) => received = await receive(options),
    { onTop: { removed } },
  );
  await sent;
  const { lines } = received!;
  assert.deepEqual(lines.slice(1, 3), ["look ./src/a.txt", "look ./b"]);
  assert.deepEqual([lines.indexOf("ask"), lines.lastIndexOf("ask")], [501, 604]);
  const removes = lines.filter((line) => /^(remove|rmdir) /.test(line));
  assert.deepEqual([removes[0], removes.at(-1), removes.length], [
    "remove ./old/0",
    "rmdir ./old",
    601,
  ]);
  const end = events.find(({ kind }) => kind === "sent");
  assert.ok(end?.kind === "sent" && end.removed === 600);
});

/** The tree packed in two: `src/` with its contents, and b. */
function packed(files: MemoryFiles, compressed = false): PrepackedTree {
  const options = { files, root: "/tree", nowSeconds: 2e9, compressed };
  const first = new PrepackedArchive({ ...options, entries: ENTRIES.slice(0, 2) });
  const second = new PrepackedArchive({ ...options, entries: ENTRIES.slice(2) });
  return { first, second, shared: [ENTRIES[0]] };
}

const namesOf = ({ members }: Received) => members.map(({ line }) => line.split(" ")[1]);

Deno.test("two prepacked halves are sent side by side, and a third exec releases the step once both arrived", async () => {
  const files = new MemoryFiles(NODES);
  const order: string[] = [];
  const received: Received[] = [];
  const isChecked = Promise.withResolvers<void>();
  const { kube, events, sent } = start(async (options) => {
    const one = await receive(options, { onLine: (line) => order.push(line) });
    if (namesOf(one).includes("b")) await isChecked.promise;
    order.push(/^then .*/m.exec(one.manifest)![0]);
    received.push(one);
    return one;
  }, { files, prepacked: packed(files) });
  await until(() => kube.execs.length === 3, "a third exec");
  await turn();
  const beside = [LOCK, "look ./src", "look ./b", "ask", "plain", "plain", "then part"];
  assert.deepEqual(order, beside);
  isChecked.resolve();
  assert.equal((await sent).digest, DIGEST);
  assert.deepEqual(order, [
    ...beside,
    "then part",
    `dir - ${NODES[0].mtimeSeconds} ./src`,
    "plain",
    "then end",
  ]);
  assert.deepEqual(received.map(namesOf), [
    ["src/", "src/a.txt", ".tkn-dev-rrrrrrrrrr-1"],
    ["b", ".tkn-dev-rrrrrrrrrr-2"],
    ["src/", ".tkn-dev-rrrrrrrrrr-3"],
  ]);
  const told = events.filter(({ kind }) => kind === "sending").at(-1);
  assert.ok(told?.kind === "sending" && told.files === 2 && told.bytes === 7);
  assert.deepEqual(events.slice(-2).map(({ kind }) => kind), ["sent", "released"]);
});

Deno.test("a prepacked tree is dropped if the directory is not empty, or the image can't unpack it", async () => {
  for (
    const [ask, compressed] of [["listed\n81a4 1 1 1 ./b\n", false], ["listed\n", true]] as const
  ) {
    const files = new MemoryFiles(NODES);
    let received: Received | undefined;
    const { kube, sent } = start(
      async (options) => received = await receive(options, { ask: [ask] }),
      { files, prepacked: packed(files, compressed) },
    );
    assert.equal((await sent).digest, DIGEST);
    assert.equal(kube.execs.length, 1);
    assert.deepEqual(namesOf(received!), ["src/", "src/a.txt", "b", ".tkn-dev-rrrrrrrrrr-1"]);
  }
});

Deno.test("a lane that loses its connection ends the other, and the next attempt sends one archive", async () => {
  for (
    const isLost of [(lines: string[]) => lines.length > 1, (lines: string[]) => lines.length === 1]
  ) {
    const files = new MemoryFiles(NODES);
    let lost = 0;
    let received: Received | undefined;
    const { events, sent } = start(async (options) => {
      const one = await receive(options, {
        ask: lost === 0 ? undefined : [`listed\n81a4 5 ${SECONDS} 1 ./src/a.txt\n`],
      }).catch(() => undefined);
      if (one === undefined) throw LOST;
      if (lost === 0 && isLost(one.lines)) {
        lost++;
        throw LOST;
      }
      return received = one;
    }, { files, prepacked: packed(files) });
    assert.equal((await sent).digest, DIGEST);
    assert.deepEqual(received!.lines.slice(0, 4), [LOCK, "look ./src", "look ./b", "ask"]);
    assert.match(received!.manifest, /^then end$/m);
    assert.equal(events.at(-1)?.kind, "released");
  }
});

Deno.test("without sha256sum the manifest lists sizes", async () => {
  let received: Received | undefined;
  const { sent } = start(async (options) =>
    received = await receive(options, { ask: ["listed\n"] })
  );
  await sent;
  assert.ok(received!.manifest.endsWith("\n\n5  ./src/a.txt\n2  ./b\n"));
});

Deno.test("the size of a record counts bytes, also for names that are not UTF-8", async () => {
  const files = new MemoryFiles(tree("file caf\udce9 hi"));
  const [{ path, content, mode, mtimeSeconds }] = tree("file caf\udce9 hi");
  const entries = [{ path, kind: "file" as const, sizeBytes: content.length, mode, mtimeSeconds }];
  let received: Received | undefined;
  const { sent } = start(
    async (options) => received = await receive(options, { ask: ["listed\n"] }),
    { ...RECORD, files, entries },
  );
  await sent;
  const record = received!.members.at(-2)!.content;
  assert.match(
    received!.manifest,
    new RegExp(`^${record.length}  \\./\\.tkn-dev-r+-1\\.record$`, "m"),
  );
});

/** More than a function call takes arguments. */
const MANY = 200_000;

Deno.test("200,000 files can be prepacked, and removed", async () => {
  const files = new MemoryFiles(NODES);
  const link = { kind: "symlink" as const, sizeBytes: 0, mode: 0o777, mtimeSeconds: 1 };
  const entries = Array.from({ length: MANY }, (_, at) => ({ ...link, path: `src/${at}` }));
  const first = new PrepackedArchive({ files, root: "/tree", nowSeconds: 2e9, entries: [] });
  Object.assign(first, { options: { ...first.options, entries } }); // quick to pack, but counted
  const packed = { first, shared: [] };
  await start(receive, { files, entries, prepacked: packed }).sent;
  const made = Array.from({ length: MANY }, (_, at) => `81a4 1 1 1 ./src/made${at}\n`).join("");
  let received: Received | undefined;
  const { sent } = start(
    async (options) => received = await receive(options, { ask: [`listed\n${made}`] }),
    { deletes: "always" },
  );
  await sent;
  assert.equal(received!.lines.filter((line) => line.startsWith("remove ")).length, MANY);
});

Deno.test("an upload waits while another one has the lock, reports it, and asks everything again", async () => {
  const lock = "locked k3j2h1a0x9 writing 5 TaskRun/other\n";
  let received: Received | undefined;
  const { kube, clock, events, sent } = start(async (options) =>
    received = await receive(options, { lock: [lock, lock, ""] })
  );
  kube.put<TaskRun>(TASK_RUNS, { metadata: { name: "other", namespace: "ns" }, spec: {} });
  assert.equal((await sent).digest, DIGEST);
  const look = ["look ./src", "look ./b", "ask"];
  assert.deepEqual(received!.lines, [LOCK, ...look, LOCK, LOCK, ...look, "plain"]);
  assert.deepEqual(clock.delays, [1_000, 1_000]);
  assert.deepEqual(events[0], {
    kind: "waiting",
    text: "the upload of TaskRun other into the same directory",
  });
  const end = events.find(({ kind }) => kind === "sent");
  assert.ok(end?.kind === "sent" && end.elapsedMs < 1_000, "the wait is no part of the transfer");
});

Deno.test("the lock of an upload whose run no longer exists is broken", async () => {
  let received: Received | undefined;
  const { sent } = start(async (options) =>
    received = await receive(options, {
      lock: ["locked k3j2h1a0x9 writing 5 TaskRun/gone\n", ""],
    })
  );
  await sent;
  assert.deepEqual(received!.lines.slice(4, 6), ["break k3j2h1a0x9", LOCK]);
});

Deno.test("an upload into a step that stays held does not wait forever for another one", async () => {
  const lock = "locked k3j2h1a0x9 done 5 TaskRun/other\n";
  const { kube, sent } = start(
    (options) => receive(options, { lock: Array.from({ length: 1_000 }, () => lock) }),
    { release: false },
  );
  kube.put<TaskRun>(TASK_RUNS, { metadata: { name: "other", namespace: "ns" }, spec: {} });
  assert.match(
    await rejection(sent, TransferError),
    /it waited 600 s for TaskRun other to end: it works in the same directory$/m,
  );
});
