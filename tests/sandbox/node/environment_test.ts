import assert from "node:assert/strict";
import { type Client, CORE, start, step, TEKTON, verdict } from "../support.ts";

async function sources(client: Client): Promise<void> {
  await client.create(`${CORE}/configmaps`, {
    metadata: { name: "settings" },
    data: { A: "a of the map", "dash-ed.key": "d" },
  });
  await client.create(`${CORE}/secrets`, {
    metadata: { name: "secrets" },
    data: { A: btoa("a of the secret"), S: btoa("s"), REF: btoa("$(A)") },
  });
}

const ofSecret = (key: string, more = {}) => ({
  valueFrom: { secretKeyRef: { name: "secrets", key, ...more } },
});

Deno.test("a step's environment has its sources, its template and its own variables in kubelet order", async () => {
  await using client = await start();
  await sources(client);
  const run = await client.runTask({
    params: [{ name: "map", default: "settings" }],
    stepTemplate: {
      env: [{ name: "T", value: "template" }, { name: "S", value: "env of the template" }],
      envFrom: [
        { configMapRef: { name: "$(params.map)" }, prefix: "P_" },
        { configMapRef: { name: "nowhere", optional: true } },
      ],
    },
    steps: [
      step(
        "own",
        'echo "$A|$S|$T|$U|$REF|$OF|${OPTIONAL-unset}|${P_A-unset}|$POD|$IP" | sed "s/$POD/pod/"',
        {
          envFrom: [{ configMapRef: { name: "settings" } }, { secretRef: { name: "secrets" } }],
          env: [
            { name: "T", value: "step" },
            { name: "U", value: "u $(A) $(T) $(P_A) $$(A) $(PATH)" },
            { name: "OF", ...ofSecret("REF") },
            { name: "OPTIONAL", ...ofSecret("nope", { optional: true }) },
            { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
          ],
        },
      ),
      step("templates", 'echo "$P_A|$T|$S|${A-unset}"'),
      { name: "names", image: "localhost/busybox:1", command: ["env"] }, // a shell would drop some
    ],
  });
  const pod = run.status.podName;
  assert.equal(
    await client.logs(pod, "step-own"),
    "a of the secret|env of the template|step|u a of the secret step $(P_A) $(A) $(PATH)|$(A)|$(A)" +
      "|unset|unset|pod|127.0.0.1\n",
  );
  assert.equal(
    await client.logs(pod, "step-templates"),
    "a of the map|template|env of the template|unset\n",
  );
  assert.match(await client.logs(pod, "step-names"), /^P_dash-ed\.key=d$/m);
  const { spec } = await client.json(`${CORE}/pods/${pod}`);
  assert.deepEqual(spec.containers[0].envFrom, [
    { configMapRef: { name: "settings" } },
    { secretRef: { name: "secrets" } },
  ]);
  assert.deepEqual(spec.containers[0].env.slice(2, 4), [
    { name: "OF", ...ofSecret("REF") },
    { name: "OPTIONAL", ...ofSecret("nope", { optional: true }) },
  ]);
  // deno-lint-ignore no-explicit-any
  const names = spec.containers[0].env.map(({ name }: any) => name);
  assert.deepEqual(names, ["T", "U", "OF", "OPTIONAL", "POD", "IP", "S"]);
  assert.deepEqual(spec.containers[1].envFrom[0], {
    configMapRef: { name: "settings" },
    prefix: "P_",
  });
});

const MISSING: [string, Record<string, unknown>, string][] = [
  ["a Secret", { envFrom: [{ secretRef: { name: "nope" } }] }, 'secret "nope" not found'],
  ["a ConfigMap", { envFrom: [{ configMapRef: { name: "nope" } }] }, 'configmap "nope" not found'],
  [
    "a key",
    { env: [{ name: "A", ...ofSecret("nope") }] },
    "couldn't find key nope in Secret default/secrets",
  ],
];

for (const [what, more, message] of MISSING) {
  Deno.test(`without ${what} that it refers to a container waits, and its TaskRun fails`, async () => {
    await using client = await start();
    await sources(client);
    const run = await client.runTask({ steps: [step("x", "echo ran", more)] });
    assert.deepEqual(verdict(run), {
      status: "False",
      reason: "CreateContainerConfigError",
      message: "Failed to create pod due to config error",
    });
    const waiting = { reason: "CreateContainerConfigError", message };
    assert.deepEqual(run.status.steps[0].waiting, waiting);
    const pod = await client.json(`${CORE}/pods/${run.status.podName}`);
    assert.equal(pod.status.phase, "Pending");
    assert.deepEqual(pod.status.containerStatuses[0].state, { waiting });
    const log = await client.json(`${CORE}/pods/${run.status.podName}/log`);
    assert.match(log.message, /is waiting to start: CreateContainerConfigError/);
    await client.json(`${TEKTON}/taskruns/${run.metadata.name}`, { method: "DELETE" });
  });
}
