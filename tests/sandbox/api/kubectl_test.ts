import assert from "node:assert/strict";
import { type Client, start } from "../support.ts";

const { code } = await new Deno.Command("sh", { args: ["-c", "command -v kubectl"] }).output();
const ignore = code !== 0; // this machine has no kubectl

/** Keeps kubectl's cache in the sandbox's directory. */
function home(client: Client) {
  return { HOME: client.sandbox.kubeconfig.replace(/\/kubeconfig$/, "") };
}

async function kubectl(
  client: Client,
  args: string[],
  stdin?: string,
  env: Record<string, string> = {},
) {
  const child = new Deno.Command("kubectl", {
    args: ["--kubeconfig", client.sandbox.kubeconfig, ...args],
    env: { ...home(client), ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** Starts a kubectl that runs until it is disposed, and waits for its output. */
function watching(client: Client, args: string[]) {
  const child = new Deno.Command("kubectl", {
    args: ["--kubeconfig", client.sandbox.kubeconfig, ...args],
    env: home(client),
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async said(what: RegExp): Promise<void> {
      while (!what.test(text)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`kubectl ended and said only ${text}`);
        text += value;
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await reader.cancel();
      await child.status;
    },
  };
}

const PIPELINE = `
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: demo}
spec:
  params: [{name: who, default: world}]
  tasks:
  - name: hello
    params: [{name: who, value: $(params.who)}]
    taskSpec:
      params: [{name: who}]
      steps:
      - name: wait
        image: localhost/busybox:1
        script: |
          mkfifo ~/go
          echo "hello $(params.who)"
          cat ~/go
`;
const RUN = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: demo-1}
spec:
  pipelineRef: {name: demo}
`;

Deno.test(
  { name: "kubectl applies, creates, follows, enters, waits and deletes", ignore },
  async () => {
    await using client = await start();
    const ok = async (args: string[], stdin?: string) => {
      const { code, stdout, stderr } = await kubectl(client, args, stdin);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    assert.equal(await ok(["apply", "-f", "-"], PIPELINE), "pipeline.tekton.dev/demo created\n");
    const changed = PIPELINE.replace("default: world", "default: you");
    assert.equal(await ok(["apply", "-f", "-"], changed), "pipeline.tekton.dev/demo configured\n");
    assert.equal(await ok(["create", "-f", "-"], RUN), "pipelinerun.tekton.dev/demo-1 created\n");
    const pod = "demo-1-hello-pod";
    await client.runningPod("demo-1-hello");
    await ok(["wait", "--for=condition=Ready", `pod/${pod}`]);
    const logs = ok(["logs", "-f", pod, "-c", "step-wait"]);
    await using watched = watching(client, ["get", "pipelineruns", "-w", "--no-headers"]);
    await watched.said(/Unknown +Running/);
    const script = "until [ -p ~/go ]; do :; done; cat > ~/go; wc -c < /dev/null";
    const count = await ok(
      ["exec", "-i", pod, "-c", "step-wait", "--", "sh", "-c", script],
      "sent\n",
    );
    assert.equal(count.trim(), "0");
    await ok(["wait", "--for=condition=Succeeded", "pipelinerun/demo-1", "--timeout=10s"]);
    assert.equal(await logs, "hello you\nsent\n");
    await watched.said(/True +Succeeded/);
    assert.match(await ok(["get", "pr,tr,pods"]), /demo-1 +True +Succeeded/);
    assert.match(await ok(["describe", "pipelinerun", "demo-1"]), /All|Succeeded/);
    assert.match(await ok(["delete", "pipelinerun", "demo-1"]), /deleted/);
    assert.equal(await ok(["get", "pods", "-o", "name"]), "");
  },
);

Deno.test({ name: "kubectl prints what the server rejects", ignore }, async () => {
  await using client = await start();
  const missing = await kubectl(client, ["get", "pipeline", "x"]);
  assert.equal(
    missing.stderr,
    'Error from server (NotFound): pipelines.tekton.dev "x" not found\n',
  );
  const bad = await kubectl(
    client,
    ["create", "-f", "-"],
    PIPELINE.replace("- name: wait", "- name: W"),
  );
  assert.match(bad.stderr, /admission webhook "validation.webhook.pipeline.tekton.dev" denied/);
});

for (const isWebSocket of [true, false]) {
  const protocol = isWebSocket ? "websockets" : "SPDY";
  Deno.test({ name: `kubectl exec by ${protocol} sends, receives and exits`, ignore }, async () => {
    await using client = await start();
    const { metadata: { name } } = await client.startTask({
      steps: [{ name: "x", image: "x", script: "sleep 60" }],
    });
    await client.runningPod(name);
    const exec = (command: string[], stdin?: string) =>
      kubectl(client, ["exec", "-i", `${name}-pod`, "--", ...command], stdin, {
        KUBECTL_REMOTE_COMMAND_WEBSOCKETS: String(isWebSocket),
      });
    const failed = await exec(["sh", "-c", "wc -c; echo err >&2; exit 9"], "x".repeat(300_000));
    assert.deepEqual([failed.code, failed.stdout.trim()], [9, "300000"]);
    assert.match(failed.stderr, /^err\n/m);
    const absent = await exec(["nothing"]);
    assert.match(absent.stderr, /executable file not found in \$PATH/);
    const gone = await kubectl(client, ["exec", `${name}-pod`, "-c", "other", "--", "true"]);
    assert.match(gone.stderr, /container other is not valid for pod/);
  });
}
