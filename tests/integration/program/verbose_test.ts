/** `--verbose` shows the requests and lines of an upload, and no credential. */
import assert from "node:assert/strict";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { startSandbox } from "../../../src/sandbox/sandbox.ts";
import { applyYaml, openCluster } from "../../support/cluster.ts";
import { tknDev } from "../../support/program.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const TASK = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: verbose }
spec:
  workspaces: [{ name: source }]
  results: [{ name: commit }]
  steps:
    - { name: fetch, image: busybox, script: "true" }
    - { name: s, image: busybox, script: "cat $(workspaces.source.path)/a.txt" }
`;

const args = (
  directory: string,
) => [
  "task",
  "upload",
  "verbose",
  directory,
  "-w",
  "name=source,emptyDir=",
  "--on-step",
  "fetch",
  "--result",
  "commit=sesame",
];

Deno.test("--verbose shows requests, execs and the lines of the transfer, and no credential", async () => {
  await using sandbox = await startSandbox({});
  const cluster = await openCluster(sandbox.kubeconfig);
  await applyYaml(cluster.kube, TASK);
  using place = temporaryDirectory();
  await Deno.writeTextFile(`${place.path}/a.txt`, "content of the file\n");
  const quiet = await tknDev([...args(place.path), ...cluster.flags]);
  assert.doesNotMatch(quiet.stderr, /GET|exec 1/);
  for (const more of [{ flags: ["-v"] }, { flags: [], env: { TKN_DEV_LOG: "debug" } }]) {
    const { code, stderr, stdout } = await tknDev([
      ...args(place.path),
      ...cluster.flags,
      ...more.flags,
    ], more);
    assert.equal(code, 0, stderr);
    const lines = stderr.split("\n");
    const shows = (pattern: RegExp) =>
      assert.ok(lines.some((line) => pattern.test(line)), `${pattern}\n${stderr}`);
    const time = String.raw`^\d\d:\d\d:\d\d\.\d{3} `;
    shows(RegExp(`${time}GET /apis/tekton.dev/v1/namespaces/default/tasks/verbose 200 \\d+ ms$`));
    shows(RegExp(`${time}POST /apis/tekton.dev/v1/namespaces/default/taskruns 201 \\d+ ms$`));
    shows(
      RegExp(`${time}exec 1 runs /bin/sh with \\d+ arguments in verbose-run-\\w+-pod, step-fetch$`),
    );
    shows(/ exec 1 is open, SPDY\/3.1, v4.channel.k8s.io$/);
    shows(/ exec 1 < ask$/);
    shows(/ upload sends an uncompressed archive$/);
    shows(/ exec 1 > ready$/);
    shows(/ exec \d+ < \(binary data\)$/);
    shows(/ exec \d+ > receipt \d+ \d+ [0-9a-f]{64}$/);
    shows(/ exec \d+ exited with 0$/);
    for (const secret of [sandbox.token, "content of the file", "sesame"]) {
      assert.ok(!stderr.includes(secret), secret);
    }
    assert.equal(stdout, quiet.stdout);
  }
});

/** Requests an object from a server that refuses, as this user, and returns the stderr. */
async function ask(user: Record<string, unknown>, directory: string): Promise<string> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const isAnonymous = request.headers.get("authorization") === null;
    return Response.json({ kind: "Status", code: 401, message: "no" }, {
      status: isAnonymous ? 404 : 401,
    });
  });
  const config = {
    "current-context": "c",
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${server.addr.port}` } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
  };
  await Deno.writeTextFile(`${directory}/config`, JSON.stringify(config));
  const { stderr } = await tknDev(["tr", "logs", "r", "-k", `${directory}/config`, "--verbose"]);
  await server.shutdown();
  assert.match(
    stderr,
    / GET \/apis\/tekton.dev\/v1\/namespaces\/default\/taskruns\/r 40[14] \d+ ms\n/,
  );
  return stderr;
}

Deno.test("--verbose shows no token, password, client key and nothing that a credential plugin prints", async () => {
  using place = temporaryDirectory();
  const { cert, key } = await makeCertificates();
  const plugin = `printf '{"status":{"token":"secret-of-the-plugin"}}'`;
  await Deno.writeTextFile(`${place.path}/plugin`, `#!/bin/sh\n${plugin}\n`, { mode: 0o700 });
  const apiVersion = "client.authentication.k8s.io/v1";
  const exec = { apiVersion, command: "./plugin", interactiveMode: "Never" };
  const users = [
    { token: "secret-token" },
    { username: "u", password: "secret-password" },
    { "client-certificate-data": btoa(cert), "client-key-data": btoa(key) },
    ...(Deno.build.os === "windows" ? [] : [{ exec }]),
  ];
  for (const user of users) {
    const text = await ask(user, place.path);
    assert.doesNotMatch(text, /secret|PRIVATE KEY|Bearer|Basic/);
    for (const secret of [btoa("u:secret-password"), btoa(key), key.split("\n")[1]]) {
      assert.ok(!text.includes(secret), text);
    }
  }
});
