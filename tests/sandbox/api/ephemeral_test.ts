import assert from "node:assert/strict";
import { type Client, CORE, start, step } from "../support.ts";

const IMAGE = "localhost/busybox:1";

/** Starts a pod that waits for input on /hold/go, and returns its name. */
async function held(client: Client): Promise<string> {
  const wait = step("hold", "mkfifo /hold/go; echo text > /hold/file; cat /hold/go", {
    volumeMounts: [{ name: "hold", mountPath: "/hold" }],
  });
  const run = await client.startTask({ steps: [wait], volumes: [{ name: "hold", emptyDir: {} }] });
  await client.runningPod(run.metadata.name);
  const pod = `${run.metadata.name}-pod`;
  await client.exec(pod, "step-hold", ["sh", "-c", "until [ -p /hold/go ]; do :; done"]);
  return pod;
}

type Spec = { name: string; [field: string]: unknown };

/** Adds containers to those that the pod has. */
async function add(client: Client, pod: string, containers: Spec[]) {
  const { spec } = await client.json(`${CORE}/pods/${pod}`);
  const names = containers.map(({ name }) => name);
  const kept = (spec?.ephemeralContainers ?? [])
    .filter(({ name }: Spec) => !names.includes(name));
  return await replace(client, pod, [...containers, ...kept]);
}

function replace(client: Client, pod: string, containers: Spec[]) {
  const path = `${CORE}/pods/${pod}/ephemeralcontainers`;
  return client.patch(path, { spec: { ephemeralContainers: containers } });
}

const hasState = (name: string, state: string) =>
// deno-lint-ignore no-explicit-any
(pod: any) =>
  pod.status.ephemeralContainerStatuses?.some((each: { name: string; state: object }) =>
    each.name === name && state in each.state
  );

const shell = {
  name: "debugger",
  image: IMAGE,
  command: ["sh"],
  stdin: true,
  tty: true,
  targetContainerName: "step-hold",
  volumeMounts: [
    { name: "hold", mountPath: "/elsewhere" },
    { name: "tekton-internal-run-0", mountPath: "/tekton/run/0" },
  ],
};

Deno.test("an ephemeral container has the pod's volumes and sees its target's files", async () => {
  await using client = await start();
  const pod = await held(client);
  const { spec } = await add(client, pod, [shell]);
  assert.equal(spec.ephemeralContainers[0].name, "debugger");
  await client.until(`${CORE}/pods`, pod, hasState("debugger", "running"));
  const script = "cat /elsewhere/file /proc/1/root/hold/file; ls /tekton /tekton/run/0; " +
    "ls /tekton/steps; pwd";
  const { stdout, stderr } = await client.exec(pod, "debugger", ["sh", "-c", script]);
  assert.equal(stdout, "text\ntext\n/tekton:\nrun\n\n/tekton/run/0:\nstatus\n/\n");
  assert.match(stderr, /\/tekton\/steps/);
  await client.exec(pod, "debugger", ["sh", "-c", "echo go > /elsewhere/go"]);
  const ended = await client.until(`${CORE}/pods`, pod, hasState("debugger", "terminated"));
  const [{ state }] = ended.status.ephemeralContainerStatuses;
  assert.equal(state.terminated.exitCode, 137);
  assert.equal(ended.status.phase, "Succeeded");
  assert.equal(await client.logs(pod, "step-hold"), "go\n");
});

Deno.test("an ephemeral container ends with its command and keeps its log", async () => {
  await using client = await start();
  const pod = await held(client);
  const command = ["sh", "-c", "echo hi; exit 3"];
  await add(client, pod, [{ name: "short", image: IMAGE, command }]);
  const { status } = await client.until(`${CORE}/pods`, pod, hasState("short", "terminated"));
  const { exitCode, reason } = status.ephemeralContainerStatuses[0].state.terminated;
  assert.deepEqual([exitCode, reason], [3, "Error"]);
  assert.equal(status.phase, "Running");
  assert.equal(await client.logs(pod, "short"), "hi\n");
  const { status: refused } = await client.exec(pod, "short", ["true"]);
  assert.match(refused.message, /container not found \("short"\)/);
  await add(client, pod, [{ name: "none", image: IMAGE, command: ["no-such-command"] }]);
  const none = await client.until(`${CORE}/pods`, pod, hasState("none", "terminated"));
  assert.equal(none.status.ephemeralContainerStatuses[1].state.terminated.reason, "StartError");
  assert.deepEqual(
    none.spec.ephemeralContainers.map(({ name }: { name: string }) => name),
    ["none", "short"],
  );
});

Deno.test("the API server rejects invalid ephemeral containers", async () => {
  await using client = await start();
  const pod = await held(client);
  await add(client, pod, [shell]);
  const same = await add(client, pod, []);
  assert.equal(same.kind, "Pod");
  const REFUSED: [Spec, string][] = [
    [
      { ...shell, image: "other" },
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debugger" may not be changed\n',
    ],
    [
      { name: "step-hold", image: IMAGE },
      'spec.ephemeralContainers[0].name: Duplicate value: "step-hold"',
    ],
    [
      { name: "x", image: IMAGE, targetContainerName: "nope" },
      'spec.ephemeralContainers[0].targetContainerName: Not found: "nope"',
    ],
    [{ name: "x" }, "spec.ephemeralContainers[0].image: Required value"],
    [
      { name: "x", image: IMAGE, volumeMounts: [{ name: "nope", mountPath: "/x" }] },
      'spec.ephemeralContainers[0].volumeMounts[0].name: Not found: "nope"',
    ],
    [
      { name: "x", image: IMAGE, ports: [{ containerPort: 80 }] },
      "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container",
    ],
  ];
  const removed = await replace(client, pod, [{ name: "x", image: IMAGE }]);
  assert.equal(
    removed.message,
    `Pod "${pod}" is invalid: spec.ephemeralContainers: ` +
      'Forbidden: existing ephemeral containers "debugger" may not be removed\n',
  );
  for (const [container, message] of REFUSED) {
    const status = await add(client, pod, [container]);
    assert.equal(status.message, `Pod "${pod}" is invalid: ${message}`);
    assert.deepEqual([status.code, status.reason], [422, "Invalid"]);
  }
  const [{ reason }] = (await add(client, pod, [{ name: "x" }])).details.causes;
  assert.equal(reason, "FieldValueRequired");
  const missing = await add(client, "nowhere", [shell]);
  assert.equal(missing.message, 'pods "nowhere" not found');
  const path = `${CORE}/pods/${pod}`;
  const plain = await client.patch(path, { spec: { ephemeralContainers: [shell, shell] } });
  assert.match(plain.message, /spec: Forbidden: pod updates may not change fields other than/);
});
