/** Mounts stay inside their volume. The errors have the words of a real cluster. */
import assert from "node:assert/strict";
import { startSandbox } from "../../../src/sandbox/sandbox.ts";
import { Client, CORE, start, step } from "../support.ts";

async function taskOn(client: Client, subPath: string, script = "ls /workspace/w") {
  return await client.runTask({ workspaces: [{ name: "w" }], steps: [step("x", script)] }, {
    workspaces: [{ name: "w", persistentVolumeClaim: { claimName: "disk" }, subPath }],
  });
}

async function stage(): Promise<Client> {
  const client = await start();
  await client.create(`${CORE}/persistentvolumeclaims`, { metadata: { name: "disk" }, spec: {} });
  return client;
}

Deno.test("a subPath that leads out of its volume fails the run, because its pod is invalid", async () => {
  await using client = await stage();
  for (
    const [subPath, why] of [
      ["../..", "must not contain '..'"],
      ["a/../b", "must not contain '..'"],
      ["/etc", "must be a relative path"],
    ]
  ) {
    const { metadata: { name }, status } = await taskOn(client, subPath);
    const [{ reason, message }] = status.conditions;
    assert.equal(reason, "PodCreationFailed");
    assert.equal(
      message,
      `failed to create task run pod "${name}": Pod "${name}-pod" is invalid: ` +
        `spec.containers[0].volumeMounts.subPath: Invalid value: "${subPath}": ${why}. ` +
        "Maybe invalid TaskSpec",
    );
  }
  // Names that only resemble such paths are valid.
  const { status } = await taskOn(client, "..a/b..");
  assert.equal(status.conditions[0].status, "True");
});

Deno.test("a link as a subPath is followed only inside its volume", async () => {
  await using client = await stage();
  const outside = await Deno.makeTempDir();
  try {
    const links = `cd /workspace/w && mkdir in && ln -s in inner && ln -s ${outside} out && ` +
      "ln -s nothing broken && ln -s .. up";
    assert.equal((await taskOn(client, ".", links)).status.conditions[0].status, "True");
    assert.equal((await taskOn(client, "inner/new")).status.conditions[0].status, "True");
    for (const subPath of ["out", "out/new", "broken", "up", "up/up/new"]) {
      const { status } = await taskOn(client, subPath);
      const [{ reason, message }] = status.conditions;
      assert.equal(reason, "CreateContainerConfigError", subPath);
      assert.equal(message, "Failed to create pod due to config error");
      const pod = await client.json(`${CORE}/pods/${status.podName}`);
      assert.match(
        pod.status.containerStatuses[0].state.waiting.message,
        /^failed to prepare subPath for volumeMount "[^"]+" of container "step-x"$/,
      );
    }
    assert.deepEqual(await Array.fromAsync(Deno.readDir(outside)), []);
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});

Deno.test("a mount path cannot leave the container's root", async () => {
  await using client = await stage();
  const place = `tkn-dev-mount-${crypto.randomUUID()}`;
  const { status } = await client.runTask({
    volumes: [{ name: "v", emptyDir: {} }],
    steps: [step("x", "true", {
      volumeMounts: [{ name: "v", mountPath: `${"/..".repeat(20)}/tmp/${place}` }],
    })],
  });
  assert.equal(status.conditions[0].status, "True");
  await assert.rejects(Deno.lstat(`/tmp/${place}`), Deno.errors.NotFound);
});

for (const umask of [0o000, 0o022, 0o077]) {
  const name = `other users cannot read the kubeconfig or the files of steps, with umask ${
    umask.toString(8).padStart(3, "0")
  }`;
  Deno.test({
    name,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      const before = Deno.umask(umask);
      try {
        await using sandbox = await startSandbox();
        const mode = async (path: string) => (await Deno.stat(path)).mode! & 0o777;
        assert.equal(await mode(sandbox.kubeconfig), 0o600);
        assert.equal(await mode(sandbox.kubeconfig.replace(/\/[^/]*$/, "")), 0o700);
      } finally {
        Deno.umask(before);
      }
    },
  });
}
