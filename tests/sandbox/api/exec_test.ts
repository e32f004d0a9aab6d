import assert from "node:assert/strict";
import { Channel, encodeFrame, V4, V5 } from "../../../src/kube/frames.ts";
import { type Client, CORE, outcomeOf, start, step } from "../support.ts";

/** A TaskRun whose only step waits for a file, so that a test can run commands in its container. */
async function held(client: Client, more: Record<string, unknown> = {}) {
  const wait = step(
    "hold",
    'mkfifo /hold/fifo; echo held; read -r line < /hold/fifo; echo "$line"',
    {
      volumeMounts: [{ name: "hold", mountPath: "/hold" }],
      workingDir: "/hold",
      env: [{ name: "GREETING", value: "hello" }],
      ...more,
    },
  );
  const run = await client.startTask({ steps: [wait], volumes: [{ name: "hold", emptyDir: {} }] });
  const pod = await client.runningPod(run.metadata.name);
  return pod.metadata.name as string;
}

Deno.test("after stdin is half-closed the output and the exit code arrive", async () => {
  await using client = await start();
  const pod = await held(client);
  const text = "a line\n".repeat(50_000);
  const { stdout, status } = await client.exec(pod, "step-hold", ["wc", "-c"], text);
  assert.equal(Number(stdout), text.length);
  assert.equal(status.status, "Success");
  const failed = await client.exec(pod, "step-hold", ["sh", "-c", "echo no >&2; exit 7"]);
  assert.equal(failed.stderr, "no\n");
  assert.equal(failed.status.reason, "NonZeroExitCode");
  assert.deepEqual(failed.status.details.causes, [{ reason: "ExitCode", message: "7" }]);
});

Deno.test("a command has the container's environment, directory and paths", async () => {
  await using client = await start();
  const pod = await held(client);
  const script = 'echo "$GREETING $HOME"; pwd; echo x > /hold/x; cat x; printf %s "$1"';
  const { stdout } = await client.exec(pod, "step-hold", ["sh", "-c", script, "sh", "/hold/y"]);
  assert.equal(stdout, "hello /tekton/home\n/hold\nx\n/hold/y");
});

Deno.test("a script on stdin gets the paths of a step's script, other input is unchanged", async () => {
  await using client = await start();
  const pod = await held(client);
  const write = ["sh", "-c", "cat >/hold/in; cat /hold/in"];
  await client.exec(pod, "step-hold", write, "#!/bin/sh\necho x >/hold/from-script\n");
  const command = ["sh", "-c", "sh /hold/in; cat /hold/from-script"];
  assert.equal((await client.exec(pod, "step-hold", command)).stdout, "x\n");
  const text = `not ${"#!/hold\n".repeat(20_000)}`;
  const { stdout } = await client.exec(pod, "step-hold", ["sh", "-c", "cat >f; wc -c <f"], text);
  assert.equal(Number(stdout), text.length);
});

Deno.test("a write to the step's FIFO releases the step", async () => {
  await using client = await start();
  const pod = await held(client);
  await client.exec(pod, "step-hold", [
    "sh",
    "-c",
    "until [ -p fifo ]; do :; done; echo go > fifo",
  ]);
  assert.equal(await client.logs(pod, "step-hold", "&follow=true"), "held\ngo\n");
});

Deno.test("binary output arrives byte for byte", async () => {
  await using client = await start();
  const pod = await held(client);
  const socket = await client.socket(pod, "step-hold", ["head", "-c", "100000", "/dev/urandom"]);
  let size = 0;
  socket.addEventListener("message", ({ data }) => {
    if (new Uint8Array(data)[0] === Channel.stdout) size += data.byteLength - 1;
  });
  const { status } = await outcomeOf(socket);
  assert.equal(size, 100_000);
  assert.equal(status.status, "Success");
});

Deno.test("a command that does not exist is an error on channel 3", async () => {
  await using client = await start();
  const pod = await held(client);
  const { status } = await client.exec(pod, "step-hold", ["no-such-command"]);
  assert.equal(status.reason, "InternalError");
  assert.match(status.message, /exec: "no-such-command": executable file not found in \$PATH/);
});

Deno.test("a lost connection only ends stdin", async () => {
  await using client = await start();
  const pod = await held(client);
  const script = "mkfifo done; echo up; cat > /dev/null; echo survived > done";
  const socket = await client.socket(pod, "step-hold", ["sh", "-c", script]);
  await new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
  socket.close();
  const { stdout } = await client.exec(pod, "step-hold", ["cat", "done"]);
  assert.equal(stdout, "survived\n");
});

Deno.test("v4 has no half-close but runs commands", async () => {
  await using client = await start();
  const pod = await held(client);
  const socket = await client.socket(pod, "step-hold", ["head", "-n", "1"], [V4]);
  assert.equal(socket.protocol, V4);
  const outcome = outcomeOf(socket);
  socket.send(encodeFrame(Channel.stdin, new TextEncoder().encode("one\n")));
  assert.equal((await outcome).stdout, "one\n");
});

Deno.test("an unknown container is rejected before the upgrade, an ended one on channel 3", async () => {
  await using client = await start();
  const pod = await held(client);
  const path = `${CORE}/pods/${pod}/exec?command=true&container=nope`;
  const status = await client.json(path);
  assert.equal(status.message, `container nope is not valid for pod ${pod}`);
  assert.equal(status.code, 400);
  await client.exec(pod, "step-hold", [
    "sh",
    "-c",
    "until [ -p fifo ]; do :; done; echo go > fifo",
  ]);
  await client.until(`${CORE}/pods`, pod, (each) => each.status.phase === "Succeeded");
  const ended = await client.exec(pod, "step-hold", ["true"]);
  assert.match(ended.status.message, /container not found \("step-hold"\)/);
  await assert.rejects(client.socket(pod, "step-hold", ["true"], [V4]));
});

Deno.test("the image without archivers has a shell but no tar", async () => {
  await using client = await start();
  const pod = await held(client, { image: "localhost/no-tar:1" });
  const { stdout } = await client.exec(pod, "step-hold", [
    "sh",
    "-c",
    "for name in cat tar gzip cpio; do command -v $name > /dev/null && echo $name; done; true",
  ]);
  assert.equal(stdout, "cat\n");
  const { status } = await client.exec(pod, "step-hold", ["tar", "x"]);
  assert.match(status.message, /exec: "tar": executable file not found/);
});

Deno.test("an exec with a TTY has a terminal, if this machine has script(1)", async () => {
  await using client = await start();
  const pod = await held(client);
  const command = [
    "sh",
    "-c",
    'command -v script > /dev/null || exit 5; test -t 0 && echo "it\'s $1"',
    "-",
    "on",
  ];
  const socket = await client.socket(pod, "step-hold", command, [V5], "&tty=true");
  const { stdout, status } = await outcomeOf(socket);
  if (status.details?.causes?.[0].message === "5") return; // this machine has no script(1)
  assert.equal(stdout, "it's on\r\n");
});

Deno.test("commands in a container end with it", async () => {
  await using client = await start();
  const pod = await held(client);
  const command = ["sh", "-c", "echo up; exec sleep 60"];
  const socket = await client.socket(pod, "step-hold", command);
  const outcome = outcomeOf(socket);
  await new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
  await client.exec(pod, "step-hold", ["sh", "-c", "until [ -p fifo ]; do :; done; echo > fifo"]);
  assert.equal((await outcome).status.details.causes[0].message, "137");
});
