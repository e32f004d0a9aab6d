import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { UsageError } from "../../../src/errors.ts";
import {
  imageText,
  isLoopback,
  mayBePlain,
  parseImageName,
} from "../../../src/registry/image_name.ts";
import { parseChallenges } from "../../../src/registry/challenge.ts";
import { refusal } from "../../support/refusal.ts";

const DIGEST = `sha256:${"0a".repeat(32)}`;

for (
  const [text, whole] of [
    ["registry.example.com/team/tasks:1.0", "registry.example.com/team/tasks:1.0"],
    ["localhost:5000/tasks", "localhost:5000/tasks:latest"],
    ["localhost/tasks", "localhost/tasks:latest"],
    ["tasks", "index.docker.io/library/tasks:latest"],
    ["team/tasks:v1", "index.docker.io/team/tasks:v1"],
    ["docker.io/team/tasks", "index.docker.io/team/tasks:latest"],
    ["[::1]:5000/tasks:1", "[::1]:5000/tasks:1"],
    [`ghcr.io/a/b/c@${DIGEST}`, `ghcr.io/a/b/c@${DIGEST}`],
    [`ghcr.io/a/b:1.0@${DIGEST}`, `ghcr.io/a/b@${DIGEST}`],
  ]
) {
  Deno.test(`the image ${text} is ${whole}`, () => {
    assert.equal(imageText(parseImageName(text)), whole);
  });
}

for (
  const text of [
    "",
    "a b/c",
    "host.test/",
    "host.test/UPPER",
    "host.test/a/../b",
    "host.test/a//b",
    "host.test/a@sha256:12",
    "host.test/a@md5:12",
    "user@host.test/a",
    "https://host.test/a",
    "host.test:port/a",
    "host.test/a?x",
    "host.test/a\n",
  ]
) {
  Deno.test(`${JSON.stringify(text)} is no image`, () => {
    assert.match(
      refusal(() => parseImageName(text), UsageError),
      /^Cannot read the name of the image .*\na name is /s,
    );
  });
}

Deno.test("plain HTTP is for this machine and private networks", () => {
  const registries = ["localhost:5000", "127.0.0.1:1", "[::1]:1", "r.localhost", "10.1.2.3:5000"];
  const private_ = ["192.168.49.2:5000", "172.16.0.1"];
  const others = ["registry.test", "172.32.0.1", "localhost.test", "10.test", "127.0.0.1.test"];
  for (const registry of [...registries, ...private_]) {
    assert.ok(mayBePlain({ registry }), registry);
  }
  for (const registry of others) assert.ok(!mayBePlain({ registry }), registry);
  for (const registry of private_) assert.ok(!isLoopback({ registry }), registry);
});

Deno.test("challenges of registries are read, also several in one header", () => {
  const header = 'Bearer realm="https://auth.test/token",service="r",scope="a:b:pull,push", ' +
    'Basic realm="a \\"b\\""';
  assert.deepEqual(
    parseChallenges(header).map(({ scheme, params }) => [scheme, Object.fromEntries(params)]),
    [
      ["bearer", { realm: "https://auth.test/token", service: "r", scope: "a:b:pull,push" }],
      ["basic", { realm: 'a "b"' }],
    ],
  );
  assert.deepEqual(parseChallenges(""), []);
  assert.deepEqual(parseChallenges("Negotiate").map(({ scheme }) => scheme), ["negotiate"]);
});
