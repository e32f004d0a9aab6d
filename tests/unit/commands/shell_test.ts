import assert from "node:assert/strict";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { parse } from "../../../src/cli/parse.ts";
import * as execCommand from "../../../src/commands/exec.ts";
import { options, run } from "../../../src/commands/shell.ts";
import { ClusterError, Interrupted, UsageError } from "../../../src/errors.ts";
import { type ExecOptions, type ExecResult, PODS } from "../../../src/kube/interface.ts";
import { LABEL, TASK_RUNS, type TaskRun } from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { refusal, rejection } from "../../support/refusal.ts";

/** Like the real exec, ends with its signal. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
}

/** A TaskRun whose steps of these names are held. */
function stage(...steps: string[]) {
  const kube = new FakeKube();
  kube.put<TaskRun>(TASK_RUNS, { kind: "TaskRun", metadata: { name: "r" }, spec: {} });
  const names = steps.map((step) => `step-${step}`);
  kube.put<Pod>(PODS, {
    metadata: { name: "p", namespace: "default", labels: { [LABEL.taskRun]: "r" } },
    spec: {
      containers: names.map((name) => ({
        name,
        volumeMounts: [{ name: "g", mountPath: "/tkn-dev" }],
      })),
    },
    status: { containerStatuses: names.map((name) => ({ name, state: { running: {} } })) },
  });
  for (const name of names) {
    kube.log("p", name).say("tkn-dev: held, workspace: /w");
    kube.log("p", name).end();
  }
  const host = new FakeHost(undefined, kube);
  host.terminal.isTerminal = { stdin: true, stdout: true, stderr: true };
  const asked: ExecOptions[] = [];
  let isHeld = true;
  const play = (answer: ExecResult) => {
    kube.onExec = (options) => {
      if (options.command[2]?.includes("released")) {
        return Promise.resolve({ exitCode: isHeld ? 0 : 1, message: "" });
      }
      if (options.command[1] === "/tkn-dev/listen") return untilAborted(options.signal!);
      asked.push(options);
      options.onStdout?.(new TextEncoder().encode("said\n"));
      return Promise.resolve(answer);
    };
  };
  play({ exitCode: 0, message: "" });
  const go = (...argv: string[]) => {
    const call = parse(["taskrun", ...argv], PROGRAM);
    return argv[0] === "exec"
      ? execCommand.run(host, execCommand.options(call))
      : run(host, options(call));
  };
  const onShell = () => void (isHeld = false);
  return { host, asked, play, go, release: onShell };
}

Deno.test("a command runs in the held step, with its own flags and exit code", async () => {
  const { host, asked, play, go } = stage("s");
  play({ exitCode: 7, message: "" });
  assert.equal(await go("exec", "r", "--", "ls", "-l", "--", "x"), 7);
  assert.deepEqual(
    asked.map(({ command, container, terminal }) => [command, container, terminal]),
    [
      [["ls", "-l", "--", "x"], "step-s", undefined],
    ],
  );
  assert.equal(host.terminal.stdout, "said\n");
});

Deno.test("a shell has its own terminal; exit asks, and detach leaves the step held", async () => {
  const { host, asked, go } = stage("s");
  host.variables.TERM = "vt100";
  host.variables.USER = "ada";
  host.terminal.turns.push("", "d");
  assert.equal(await go("shell", "r"), 0);
  const [{ command, terminal }] = asked;
  assert.deepEqual(command.slice(1, 5), ["/tkn-dev/shell", "s", "vt100", "ada"]);
  assert.match(command.at(-1)!, /^Step: {7}s, held for an upload\nPod: {8}p, container step-s\n/);
  assert.ok(terminal);
  assert.equal(host.terminal.isRaw, false);
  assert.match(host.terminal.stderr, /^Step s still holds\. .*\? detach\r\nStep s is still held\./);
  assert.match(host.terminal.stderr, /^ {2}tkn-dev taskrun continue r {2,}continue as if/m);
});

Deno.test("no question follows a shell in which the step was released", async () => {
  const { host, go, release } = stage("s");
  const kube = host.kube as FakeKube;
  const { onExec } = kube;
  kube.onExec = (options) => {
    if (options.terminal !== undefined) release();
    return onExec(options);
  };
  assert.equal(await go("shell", "r"), 0);
  assert.equal(host.terminal.stderr, "");
});

Deno.test("an answer releases the step, or opens the shell again", async () => {
  const { host, asked, go } = stage("s");
  host.terminal.turns.push("", "s", "", "f");
  assert.equal(await go("shell", "r"), 0);
  const words = asked.map(({ command }) => command.slice(1, 3).join(" "));
  assert.deepEqual(words, ["/tkn-dev/shell s", "/tkn-dev/shell s", "/tkn-dev/release fail"]);
  assert.match(host.terminal.stderr, /\? fail\r\nStep s fails\n$/);
});

Deno.test("Ctrl-C at the question leaves the step held, with exit code 130", async () => {
  const { host, go } = stage("s");
  host.terminal.turns.push("", "\x03");
  assert.equal(
    await rejection(go("shell", "r"), Interrupted),
    'Interrupted: step "s" is still held\ntkn-dev taskrun shell r',
  );
});

Deno.test("a lost connection is an error with a hint how to return to the step", async () => {
  const { host, go } = stage("s");
  const kube = host.kube as FakeKube;
  const { onExec } = kube;
  kube.onExec = (options) =>
    options.terminal === undefined
      ? onExec(options)
      : Promise.reject(new ClusterError("Cannot run a command: connection lost (1006)"));
  assert.equal(
    await rejection(go("shell", "r"), ClusterError),
    'Cannot continue in step "s": Cannot run a command: connection lost (1006)\n' +
      "the step is still held; to return to it: tkn-dev taskrun shell r",
  );
  assert.equal(host.terminal.isRaw, false);
});

Deno.test("a shell needs a terminal", async () => {
  for (const stream of ["stdin", "stdout"] as const) {
    const { host, go } = stage("s");
    host.terminal.isTerminal[stream] = false;
    assert.equal(
      await rejection(go("shell", "r"), UsageError),
      `Cannot open a shell: ${stream} is not a terminal\ntkn-dev taskrun exec r -- sh -c '...'`,
    );
  }
});

Deno.test("an image without a shell is an error with a hint, followed by the question", async () => {
  const { host, play, go } = stage("s");
  play({ message: 'exec: "/bin/sh": executable file not found in $PATH' });
  host.variables.NO_COLOR = "1";
  host.terminal.turns.push("", "d");
  assert.equal(await go("shell", "r"), 0);
  assert.match(
    host.terminal.stderr,
    /^Error: Cannot open a shell in step "s": its image has no shell\nHint: --debug-image IMAGE .*\nStep s still holds\./,
  );
  assert.equal(host.terminal.isRaw, false);
});

Deno.test("one of several held steps must be named", async () => {
  const { go, asked } = stage("a", "b");
  assert.equal(
    await rejection(go("exec", "r", "--", "ls"), UsageError),
    'Cannot choose a step of TaskRun "r": several are held\nname a held step: a, b',
  );
  assert.match(
    await rejection(go("exec", "r", "c", "--", "ls"), UsageError),
    /"c" .* is not held/,
  );
  await go("exec", "r", "b", "--", "ls");
  assert.deepEqual(asked.map(({ container }) => container), ["step-b"]);
  assert.match(
    await rejection(stage().go("exec", "r", "--", "ls"), ClusterError),
    /no step is held/,
  );
});

Deno.test("exec needs a command, after the dashes", () => {
  const call = (...argv: string[]) => () =>
    execCommand.options(parse(["taskrun", "exec", ...argv], PROGRAM));
  assert.match(refusal(call("r")), /none is given\ntkn-dev taskrun exec r -- ls -l$/);
  assert.match(refusal(call("r", "s", "ls")), /one argument too many/);
});

async function readAll(
  stream: ReadableStream<Uint8Array> | undefined,
): Promise<string | undefined> {
  return stream === undefined ? undefined : await new Response(stream).text();
}

Deno.test("a command reads a pipe, a terminal only with -i, and nothing with -i=false", async () => {
  for (
    const [isTerminal, flags, expected] of [
      [false, [], "piped"],
      [false, ["-i"], "piped"],
      [false, ["-i=false"], undefined],
      [true, [], undefined],
      [true, ["-i"], "piped"],
    ] as const
  ) {
    const { host, asked, go } = stage("s");
    host.terminal.isTerminal = { stdin: isTerminal, stdout: isTerminal, stderr: isTerminal };
    host.terminal.stdin = "piped";
    assert.equal(await go("exec", "r", ...flags, "--", "cat"), 0);
    assert.equal(await readAll(asked[0].stdin), expected);
    assert.equal(asked[0].terminal, undefined);
  }
});

Deno.test("a command gets no stdin that has ended without a byte: it would risk the exit code", async () => {
  for (const flags of [[], ["-i"]]) {
    const { host, asked, go } = stage("s");
    host.terminal.isTerminal = { stdin: false, stdout: false, stderr: false };
    host.terminal.stdin = "";
    assert.equal(await go("exec", "r", ...flags, "--", "cat"), 0);
    assert.equal(asked[0].stdin, undefined);
  }
});

Deno.test("with -it a command has a terminal, if stdin and stdout are terminals", async () => {
  const { host, asked, go } = stage("s");
  host.terminal.stdin = "keys";
  assert.equal(await go("exec", "r", "-it", "--", "top"), 0);
  assert.ok(asked[0].terminal);
  assert.equal(await readAll(asked[0].stdin), "keys");
  assert.equal(host.terminal.isRaw, false);
  const piped = stage("s");
  piped.host.terminal.isTerminal = { stdin: false, stdout: true, stderr: true };
  assert.equal(await piped.go("exec", "r", "-it", "--", "top"), 0);
  assert.equal(piped.asked[0].terminal, undefined);
  assert.match(
    piped.host.terminal.stderr,
    /^Note: No terminal for the command: stdin or stdout is not a terminal\n$/,
  );
});

Deno.test("a command ends without an error once stdout has no reader", async () => {
  const { host, go } = stage("s");
  const kube = host.kube as FakeKube;
  const { onExec } = kube;
  kube.onExec = (options) => {
    if (options.command[0] !== "yes") return onExec(options);
    setTimeout(() => host.terminal.close());
    return untilAborted(options.signal!);
  };
  assert.equal(await go("exec", "r", "--", "yes"), 0);
});
