import assert from "node:assert/strict";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { parse } from "../../../src/cli/parse.ts";
import { options, run } from "../../../src/commands/shell.ts";
import { ClusterError, UsageError } from "../../../src/errors.ts";
import { type ExecOptions, type ExecResult, PODS } from "../../../src/kube/interface.ts";
import { LABEL, type Pod, TASK_RUNS, type TaskRun } from "../../../src/tekton/model.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { refusal, rejection } from "../../support/refusal.ts";

/** A TaskRun whose steps of these names hold. */
function stage(...steps: string[]) {
  const kube = new FakeKube();
  kube.put<TaskRun>(TASK_RUNS, { kind: "TaskRun", metadata: { name: "r" }, spec: {} });
  const names = steps.map((step) => `step-${step}`);
  kube.put<Pod>(PODS, {
    metadata: { name: "p", labels: { [LABEL.taskRun]: "r" } },
    spec: {
      containers: names.map((name) => ({ name, volumeMounts: [{ mountPath: "/tkn-dev" }] })),
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
  const play = (answer: ExecResult) => {
    kube.onExec = (options) => {
      if (options.command[2]?.includes("released")) {
        return Promise.resolve({ exitCode: 0, message: "" });
      }
      asked.push(options);
      options.onStdout?.(new TextEncoder().encode("said\n"));
      return Promise.resolve(answer);
    };
  };
  play({ exitCode: 0, message: "" });
  const go = (...argv: string[]) => run(host, options(parse(["taskrun", ...argv], PROGRAM)));
  return { host, asked, play, go };
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

Deno.test("a shell has a terminal of its own, and what holds still is said at its end", async () => {
  const { host, asked, go } = stage("s");
  host.variables.TERM = "vt100";
  assert.equal(await go("shell", "r"), 0);
  const [{ command, terminal }] = asked;
  assert.deepEqual(command.slice(-2), ["s", "vt100"]);
  assert.ok(terminal);
  assert.equal(host.terminal.isRaw, false);
  assert.match(host.terminal.stderr, /^Step s of TaskRun r holds in pod p\.\n/);
  assert.match(host.terminal.stderr, /Step s holds still: tkn-dev taskrun continue\|shell r\n$/);
});

Deno.test("a shell needs a terminal", async () => {
  const { host, go } = stage("s");
  host.terminal.isTerminal.stdin = false;
  assert.equal(
    await rejection(go("shell", "r"), UsageError),
    "Cannot open a shell: stdin is no terminal\ntkn-dev taskrun exec r -- sh -c '...'",
  );
});

Deno.test("an image without a shell is told, with what may help, and the terminal is as before", async () => {
  const { host, play, go } = stage("s");
  play({ message: 'exec: "/bin/sh": executable file not found in $PATH' });
  assert.match(
    await rejection(go("shell", "r"), ClusterError),
    /^Cannot run a command in step "s": its image has no such program\nkubectl debug -it p .*--target=step-s /,
  );
  assert.equal(host.terminal.isRaw, false);
});

Deno.test("one of several steps has to be named, one that does not hold is none", async () => {
  const { go, asked } = stage("a", "b");
  assert.equal(
    await rejection(go("exec", "r", "--", "ls"), UsageError),
    'Cannot choose a step of TaskRun "r": several hold\nname one that holds: a, b',
  );
  assert.match(
    await rejection(go("exec", "r", "c", "--", "ls"), UsageError),
    /"c" .* does not hold/,
  );
  await go("exec", "r", "b", "--", "ls");
  assert.deepEqual(asked.map(({ container }) => container), ["step-b"]);
  assert.match(await rejection(stage().go("exec", "r", "--", "ls"), ClusterError), /none holds/);
});

Deno.test("exec needs a command, after the dashes", () => {
  const call = (...argv: string[]) => () => options(parse(["taskrun", "exec", ...argv], PROGRAM));
  assert.match(refusal(call("r")), /none is given\ntkn-dev taskrun exec r -- ls -l$/);
  assert.match(refusal(call("r", "s", "ls")), /one argument too many/);
});
