/**
 * References to hubs, against a server on loopback that answers in the shapes of Artifact Hub (its
 * docs/api/openapi.yaml and database/migrations/functions/packages/get_package.sql) and of Tekton
 * Hub (its api/v1/service/resource/testdata).
 */
import assert from "node:assert/strict";
import { denoHost } from "../../../src/deno/host.ts";
import { ClusterError } from "../../../src/errors.ts";
import { readHere } from "../../../src/resolve/here/read_here.ts";
import { rejection } from "../../support/refusal.ts";

const TASK = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: { name: git-clone }\nspec: {}\n";

const version = (version: string, prerelease = false) => ({
  version,
  app_version: null,
  contains_security_updates: false,
  prerelease,
  ts: 1697000000,
});

/** As Artifact Hub writes a package, without a version its latest. */
const artifact = (version: string, manifestRaw: string, versions: object[]) => ({
  package_id: "9d7a6d6e-0a2b-4d3c-8f63-9a43b0a0c8d1",
  name: "git-clone",
  normalized_name: "git-clone",
  is_operator: false,
  display_name: "git clone",
  keywords: ["git"],
  data: { manifestRaw, pipelines_min_version: "0.38.0", examples: null },
  version,
  available_versions: versions,
  deprecated: false,
  signed: false,
  repository: { name: "tekton-catalog-tasks", kind: 7, url: "https://github.com/tektoncd/catalog" },
  stats: { subscriptions: 1, webhooks: 0 },
});

const VERSIONS = ["0.10.0", "0.9.0", "0.4.1"].map((one) => version(one));
const ALL = [version("0.11.0-rc1", true), ...VERSIONS];
const PACKAGE = "/api/v1/packages/tekton-task/tekton-catalog-tasks/git-clone";

/** As Tekton Hub writes a resource. */
const RESOURCE = {
  data: {
    id: 1,
    name: "git-clone",
    catalog: { id: 1, name: "Tekton", type: "official" },
    kind: "task",
    hubURLPath: "Tekton/task/git-clone",
    latestVersion: { id: 5, version: "0.10", rawURL: "https://raw.test/git-clone.yaml" },
    rating: 5,
    versions: [{ id: 1, version: "0.4" }, { id: 6, version: "0.9" }, { id: 5, version: "0.10" }],
  },
};

const json = (value: unknown, status = 200) => () => Response.json(value, { status });
const artifactAt = (one: string) => json(artifact(one, `${TASK}# ${one}\n`, ALL));

const ANSWERS: Record<string, () => Response> = {
  [PACKAGE]: artifactAt("0.10.0"),
  ...Object.fromEntries(
    ["0.10.0", "0.9.0", "0.4.1"].map((one) => [`${PACKAGE}/${one}`, artifactAt(one)]),
  ),
  "/api/v1/packages/tekton-pipeline/tekton-catalog-pipelines/build": json(
    artifact("0.1.0", "", [version("0.1.0")]),
  ),
  "/api/v1/packages/tekton-pipeline/tekton-catalog-pipelines/build/0.1.0": json(
    artifact("0.1.0", "kind: Pipeline\n", [version("0.1.0")]),
  ),
  "/api/v1/packages/tekton-task/acme/moved": () =>
    new Response(null, { status: 302, headers: { location: PACKAGE } }),
  "/api/v1/packages/tekton-task/acme/moved/0.10.0": artifactAt("0.10.0"),
  "/api/v1/packages/tekton-task/acme/page": () =>
    new Response("<!doctype html><title>Sign in</title>", {
      headers: { "content-type": "text/html; charset=utf-8" },
    }),
  "/api/v1/packages/tekton-task/acme/list": json([artifact("1.0.0", TASK, [])]),
  "/api/v1/packages/tekton-task/acme/shape": json({ available_versions: [{ version: 7 }] }),
  "/api/v1/packages/tekton-task/acme/none": json({ name: "none", version: "1.0.0" }),
  "/api/v1/packages/tekton-task/acme/empty": json(artifact("1.0.0", "", [version("1.0.0")])),
  "/api/v1/packages/tekton-task/acme/empty/1.0.0": json(artifact("1.0.0", "", [])),
  "/api/v1/packages/tekton-task/acme/busy": json({ message: "" }, 429),
  "/api/v1/packages/tekton-task/acme/large": () => new Response(new Uint8Array(5 << 20)),
  "/v1/resource/Tekton/task/git-clone": json(RESOURCE),
  "/v1/resource/Tekton/task/git-clone/0.10/yaml": json({ data: { yaml: TASK } }),
};

async function read(values: Record<string, string>): Promise<string | undefined> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const answer = ANSWERS[new URL(request.url).pathname];
    return answer?.() ?? Response.json({ message: "" }, { status: 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const params = Object.entries({ name: "git-clone", version: ">= 0", url, ...values })
    .map(([name, value]) => ({ name, value }));
  const reference = { kind: "Task", owner: 'task "t"', resolver: "hub", params } as const;
  return await readHere(denoHost(), reference, () => {});
}

for (
  const [version, found] of [
    [">= 0", "0.10.0"],
    ["0.9", "0.9.0"],
    ["0.9.0", "0.9.0"],
    ["< 0.9", "0.4.1"],
    [">= 0.4, != 0.10", "0.9.0"],
    ["~> 0.4.0", "0.4.1"],
    ["~> 0.4", "0.10.0"],
  ]
) {
  Deno.test(`of Artifact Hub, the version ${version} is ${found}`, async () => {
    assert.equal(await read({ version }), `${TASK}# ${found}\n`);
  });
}

Deno.test("a Pipeline, a catalog, and an answer that has moved", async () => {
  assert.equal(await read({ kind: "pipeline", name: "build", version: "0.1" }), "kind: Pipeline\n");
  assert.equal(await read({ catalog: "acme", name: "moved" }), `${TASK}# 0.10.0\n`);
});

Deno.test("of a Tekton Hub, versions have two numbers", async () => {
  assert.equal(await read({ type: "tekton" }), TASK);
  assert.equal(await read({ type: "tekton", version: "0.10.0" }), TASK);
});

Deno.test("what the hub does not have is an error in one line", async () => {
  const message = await rejection(read({ name: "none" }), ClusterError);
  assert.match(
    message,
    /^Cannot resolve the Task of task "t" by "hub" from this machine: http:\S+\/none: the hub has no/,
  );
  assert.match(
    await rejection(read({ version: "> 1" }), ClusterError),
    /no version fits "> 1"; it has 0\.4\.1, 0\.9\.0, 0\.10\.0\n/,
  );
});

for (
  const [name, why] of [
    ["page", "the hub's answer is not JSON, but an HTML page"],
    ["list", "the hub's answer is not a JSON object"],
    ["shape", "in the hub's answer available_versions[0].version is not a string"],
    ["none", "the hub's answer has no list of versions"],
    ["empty", "the hub's answer has no manifest"],
    ["busy", "429 Too Many Requests"],
    ["large", "it is longer than 4 MiB"],
  ]
) {
  Deno.test(`an answer of the hub in another shape is an error: ${name}`, async () => {
    const message = await rejection(read({ catalog: "acme", name }), ClusterError);
    assert.ok(message.split("\n")[0].endsWith(`/${name}: ${why}`), message);
  });
}

Deno.test("a Tekton Hub without an address is left to the cluster", async () => {
  assert.equal(await read({ type: "tekton", url: "" }), undefined);
  assert.equal(await read({ kind: "stepaction", version: "1" }), undefined);
});
