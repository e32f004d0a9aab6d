import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { ClusterError } from "../../../../src/errors.ts";
import { type BundleAccess, readBundle } from "../../../../src/resolve/here/bundle.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { FakeRegistry, USER } from "../../../support/fake_registry.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { rejection } from "../../../support/refusal.ts";
import { file } from "../../../support/tree_text.ts";

const OBJECTS = [
  { kind: "task", name: "build", text: "kind: Task\nmetadata: { name: build }" },
  { kind: "pipeline", name: "build", text: "kind: Pipeline" },
];

async function stage(image = "r.test/tasks:1", { objects = OBJECTS, annotated = true } = {}) {
  const registry = await FakeRegistry.of(objects, annotated);
  const host = new FakeHost(new MemoryFiles([], "/home/ada"));
  host.variables.HOME = "/home/ada";
  const origin = `https://${image.split("/")[0]}`;
  host.onRequest = (url, { headers, body }) => {
    if (!url.startsWith(origin)) return undefined;
    const method = body === undefined ? "GET" : "POST";
    return registry.answer(new Request(url, { method, body, headers }));
  };
  const read = (wanted = { kind: "task", name: "build" }, access: BundleAccess = {}) =>
    readBundle(host, image, wanted, access);
  const login = (entry: object) => {
    const config = JSON.stringify({ auths: { "r.test": entry } });
    host.files.put("/home/ada/.docker/config.json", file("config.json", config));
  };
  return { registry, host, read, login };
}

const { username, password } = USER;
const AUTH = { auth: btoa(`${username}:${password}`) };

Deno.test("an object of a bundle is read by its kind and name", async () => {
  const { read } = await stage();
  assert.equal(await read(), OBJECTS[0].text);
  assert.equal(await read({ kind: "pipeline", name: "build" }), "kind: Pipeline");
});

Deno.test("an object that is not there is named with those that are", async () => {
  const { read } = await stage();
  assert.equal(
    await rejection(read({ kind: "task", name: "x" }), ClusterError),
    'Cannot find task "x" in the bundle "r.test/tasks:1"\nits tasks: build',
  );
  assert.match(
    await rejection(read({ kind: "stepaction", name: "x" }), ClusterError),
    /\nit has no stepaction; it has: task build, pipeline build$/,
  );
  const image = await stage(undefined, { annotated: false });
  assert.match(await rejection(image.read(), ClusterError), /: it is an image of another kind\n/);
});

Deno.test("the credentials of the user go to a registry that asks for them, and to no other", async () => {
  const { registry, host, read, login } = await stage();
  assert.equal(await read(), OBJECTS[0].text);
  registry.auth = "basic";
  login(AUTH);
  assert.equal(await read(), OBJECTS[0].text);
  const sent = registry.asked.map(({ authorization }) => authorization !== null);
  assert.deepEqual(sent, [false, false, false, true, true]);
  registry.auth = "bearer";
  assert.equal(await read(), OBJECTS[0].text);
  assert.ok(host.requests.every(({ url }) => url.startsWith("https://r.test/")));
});

Deno.test("an identity token buys a token, and a registry token is one", async () => {
  const { registry, read, login } = await stage();
  registry.auth = "bearer";
  login({ identitytoken: "identity" });
  assert.equal(await read(), OBJECTS[0].text);
  login({ registrytoken: "t0ken" });
  registry.asked.length = 0;
  assert.equal(await read(), OBJECTS[0].text);
  assert.ok(registry.asked.every(({ path }) => path !== "/token"));
});

Deno.test("without credentials, the error says how to log in", async () => {
  const { registry, read } = await stage();
  registry.auth = "basic";
  assert.equal(
    await rejection(read(), ClusterError),
    'Cannot read the image "r.test/tasks:1": 401 (UNAUTHORIZED: authentication required)\n' +
      "log in with docker login r.test",
  );
  registry.auth = "bearer";
  assert.match(await rejection(read(), ClusterError), /its authority gives no token: 401/);
  const access = { credentials: () => Promise.resolve(USER) };
  assert.equal(await read(undefined, access), OBJECTS[0].text);
});

Deno.test("a token is fetched over https only", async () => {
  const { host, read } = await stage();
  const answer = host.onRequest;
  host.onRequest = (url, options) =>
    url.endsWith("/manifests/1")
      ? new Response("", {
        status: 401,
        headers: { "www-authenticate": 'Bearer realm="http://auth.test/token"' },
      })
      : answer(url, options);
  assert.match(
    await rejection(read(), ClusterError),
    /it sends for a token to "http:\/\/auth\.test\/token", which is not https/,
  );
  assert.equal(host.requests.length, 1);
});

Deno.test("plain HTTP is tried where tkn does, and gets credentials on this machine only", async () => {
  for (
    const [image, gets] of [["localhost:5000/tasks:1", true], ["10.0.0.5/tasks:1", false]] as const
  ) {
    const { registry, host, read } = await stage(image);
    registry.auth = "basic";
    host.onRequest = (url, { headers }) =>
      url.startsWith("http://") ? registry.answer(new Request(url, { headers })) : undefined;
    const reading = read(undefined, { credentials: () => Promise.resolve(USER) });
    if (gets) assert.equal(await reading, OBJECTS[0].text);
    else {assert.match(
        await rejection(reading, ClusterError),
        /asks for credentials over plain HTTP/,
      );}
  }
  const { host, read } = await stage();
  host.onRequest = () => undefined;
  assert.match(await rejection(read(), ClusterError), /https:\/\/r\.test: connection refused/);
});

Deno.test("what was changed on the way is refused by its digest", async () => {
  for (const part of ["manifests", "blobs"]) {
    const { registry, read } = await stage();
    registry.tamper = (path, bytes) =>
      path.includes(part) ? new TextEncoder().encode(new TextDecoder().decode(bytes) + " ") : bytes;
    assert.match(
      await rejection(read(), ClusterError),
      /what arrived has the digest sha256:/,
      part,
    );
  }
  const { registry } = await stage();
  const pinned = await stage(`r.test/tasks@${registry.digest}`);
  assert.equal(await pinned.read(), OBJECTS[0].text);
});

Deno.test("of an index, the image for linux/amd64 counts", async () => {
  const { registry, read } = await stage();
  registry.isIndex = true;
  assert.equal(await read(), OBJECTS[0].text);
});

Deno.test("answers that are no manifest are an error in one line", async () => {
  for (
    const [body, why] of [
      ["<html>", "the registry's answer is not a manifest"],
      ["[]", "the registry's answer is not a manifest"],
      ["{}", "its manifest has no layers"],
      ['{"layers": [{"digest": "sha256:../x"}]}', "its manifest has a layer without a digest"],
      ['{"manifests": [7, 8]}', "it is an index without an image for linux/amd64"],
    ]
  ) {
    const { host, read } = await stage();
    host.onRequest = () => new Response(body);
    const message = await rejection(read(), ClusterError);
    assert.equal(message.split("\n")[0], `Cannot read the image "r.test/tasks:1": ${why}`);
  }
});
