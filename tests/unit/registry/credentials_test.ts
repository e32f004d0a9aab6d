import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { UsageError } from "../../../src/errors.ts";
import { findCredentials } from "../../../src/registry/credentials.ts";
import { parseImageName } from "../../../src/registry/image_name.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { rejection } from "../../support/refusal.ts";
import { file } from "../../support/tree_text.ts";

const DOCKER = ".docker/config.json";
const PODMAN = "run/containers/auth.json";

function hostOf(configs: Record<string, unknown>): FakeHost {
  const nodes = Object.entries(configs).map(([path, config]) =>
    file(path, typeof config === "string" ? config : JSON.stringify(config))
  );
  const host = new FakeHost(new MemoryFiles(nodes, "/home/ada"));
  host.variables.HOME = "/home/ada";
  host.variables.XDG_RUNTIME_DIR = "/home/ada/run";
  return host;
}

async function found(host: FakeHost, image = "r.test/team/tasks:1") {
  return await findCredentials(host, parseImageName(image));
}

const auth = (text: string) => ({ auth: btoa(text) });

Deno.test("credentials come from Docker's file, by the registry or the repository", async () => {
  const auths = {
    "r.test": auth("ada:a:b"),
    "r.test/team/own": auth("own:pw"),
    "https://old.test/v1/": auth("old:pw"),
    "https://index.docker.io/v1/": auth("hub:pw"),
    "id.test": { ...auth("00000000-0000:"), identitytoken: "id" },
    "token.test": { registrytoken: "tok" },
    "plain.test": { username: "u", password: "p" },
  };
  const host = hostOf({ [DOCKER]: { auths } });
  assert.deepEqual(await found(host), { username: "ada", password: "a:b" });
  assert.deepEqual(await found(host, "r.test/team/own"), { username: "own", password: "pw" });
  assert.deepEqual(await found(host, "old.test/x"), { username: "old", password: "pw" });
  assert.deepEqual(await found(host, "busybox"), { username: "hub", password: "pw" });
  assert.deepEqual(await found(host, "id.test/x"), { identityToken: "id" });
  assert.deepEqual(await found(host, "token.test/x"), { bearer: "tok" });
  assert.deepEqual(await found(host, "plain.test/x"), { username: "u", password: "p" });
  assert.equal(await found(host, "other.test/x"), undefined);
});

Deno.test("Podman's file is read after Docker's, and $DOCKER_CONFIG moves the latter", async () => {
  const host = hostOf({
    [DOCKER]: { auths: { "a.test": auth("docker:pw") } },
    [PODMAN]: { auths: { "a.test": auth("podman:pw"), "b.test": auth("podman:pw") } },
    "other/config.json": { auths: { "a.test": auth("moved:pw") } },
  });
  assert.deepEqual(await found(host, "a.test/x"), { username: "docker", password: "pw" });
  assert.deepEqual(await found(host, "b.test/x"), { username: "podman", password: "pw" });
  host.variables.DOCKER_CONFIG = "/home/ada/other";
  assert.deepEqual(await found(host, "a.test/x"), { username: "moved", password: "pw" });
});

Deno.test("a credential helper is asked with the registry, before the file's own entries", async () => {
  const host = hostOf({
    [DOCKER]: {
      auths: { "r.test": auth("file:pw"), "none.test": auth("file:pw") },
      credHelpers: { "r.test": "acme" },
      credsStore: "desktop",
    },
  });
  host.onRun = (command, input) => {
    const answers: Record<string, string> = {
      "docker-credential-acme get r.test": '{"Username":"ada","Secret":"x"}',
      "docker-credential-desktop get https://index.docker.io/v1/":
        '{"ServerURL":"","Username":"<token>","Secret":"id"}',
    };
    const stdout = answers[`${command} ${input}`];
    return stdout === undefined
      ? { code: 1, stdout: "credentials not found in native keychain\n", stderr: "" }
      : { code: 0, stdout, stderr: "" };
  };
  assert.deepEqual(await found(host), { username: "ada", password: "x" });
  assert.deepEqual(await found(host, "busybox"), { identityToken: "id" });
  assert.deepEqual(await found(host, "none.test/x"), { username: "file", password: "pw" });
});

Deno.test("files and helpers that cannot be used are an error without their secrets", async () => {
  const broken = await rejection(found(hostOf({ [DOCKER]: '{"auth": "c2VjcmV0' })), UsageError);
  assert.match(broken, /^Cannot read "\/home\/ada\/.docker\/config.json": it is not a JSON object/);
  assert.doesNotMatch(broken, /c2VjcmV0/);
  const host = hostOf({ [DOCKER]: { credHelpers: { "r.test": "../evil", "b.test": "gone" } } });
  assert.match(await rejection(found(host), UsageError), /its name is not one of a program/);
  assert.match(
    await rejection(found(host, "b.test/x"), UsageError),
    /^Cannot get credentials from "docker-credential-gone", which .*: no such program$/,
  );
  host.onRun = () => ({ code: 0, stdout: "s3cret", stderr: "" });
  const unread = await rejection(found(host, "b.test/x"), UsageError);
  assert.match(unread, /its answer is not JSON/);
  assert.doesNotMatch(unread, /s3cret/);
});
