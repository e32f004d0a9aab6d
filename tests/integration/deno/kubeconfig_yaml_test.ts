/** Kubeconfigs in YAML, read as kubectl reads them. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { UsageError } from "../../../src/errors.ts";
import { loadConnection } from "../../../src/deno/network/kubeconfig.ts";
import { rejection } from "../../support/refusal.ts";
import { authorization, Place } from "./kubeconfig_place.ts";

/** A kubeconfig in YAML as people write it, with these lines for its user. */
function yaml(user: string): string {
  return `
current-context: a
x-user: &shared { token: shared }
clusters: [{ name: a, cluster: { server: "https://a.test" } }]
contexts: [{ name: a, context: { cluster: a, user: a } }]
users:
- name: a
  user:
    ${user}
`;
}

Deno.test("a kubeconfig may be in UTF-16 with a mark, as PowerShell redirects to it", async () => {
  using place = new Place();
  const text = `\ufeff${yaml("token: tök")}`;
  const little = Uint8Array.from(
    Array.from(text).flatMap((letter) => [letter.charCodeAt(0) & 0xff, letter.charCodeAt(0) >> 8]),
  );
  const big = little.map((_, at) => little[at ^ 1]);
  for (const bytes of [little, big]) {
    const kubeconfig = place.path("config");
    writeFileSync(kubeconfig, bytes);
    const { headers } = await (await loadConnection({ kubeconfig })).credentials();
    assert.deepEqual(headers, [["Authorization", "Bearer t\u00c3\u00b6k"]]);
  }
});

for (
  const [user, token] of [
    ["token: yesterday", "yesterday"],
    ["token: 0b11x", "0b11x"],
    ["token: 'it''s' # a comment", "it's"],
    ["token: !!str 12345", "12345"],
    ["<<: *shared", "shared"],
    ["<<: *shared\n    token: own", "own"],
    ["token: a\n    token: b", "b"],
    ["token: a\n---\nusers: []", "a"],
    ["token: a\n---\n", "a"],
  ] as const
) {
  Deno.test(`a user with ${user.replace(/\s+/g, " ")} has the token ${token}`, async () => {
    using place = new Place();
    const connection = await loadConnection({ kubeconfig: place.write("config", yaml(user)) });
    assert.equal(await authorization(connection), `Bearer ${token}`);
  });
}

for (const token of ["12345", "yes", "123456789012345678901234567890", "2026-11-30"]) {
  Deno.test(`the token ${token} without quotes is refused, as by kubectl`, async () => {
    using place = new Place();
    const kubeconfig = place.write("config", yaml(`token: ${token}`));
    const message = await rejection(loadConnection({ kubeconfig }), UsageError);
    assert.equal(message.split("\n")[0], 'Cannot use user "a": its token is not a string');
  });
}

Deno.test("the words of YAML 1.1 are true and false, as with kubectl", async () => {
  using place = new Place();
  const isInsecure = async (word: string) => {
    const text = yaml("token: t").replace(
      "{ server:",
      `{ insecure-skip-tls-verify: ${word}, server:`,
    );
    return (await loadConnection({ kubeconfig: place.write("config", text) })).tls.insecure;
  };
  for (const word of ["y", "Yes", "ON", "true"]) assert.equal(await isInsecure(word), true, word);
  for (const word of ["n", "No", "OFF", "false"]) assert.equal(await isInsecure(word), false, word);
  await assert.rejects(isInsecure("'yes'"), /its insecure-skip-tls-verify is not true or false/);
});

Deno.test("a kubeconfig that is not YAML is refused with the place", async () => {
  using place = new Place();
  const kubeconfig = place.write("config", yaml("\ttoken: a"));
  const message = await rejection(loadConnection({ kubeconfig }), UsageError);
  assert.equal(
    message.split("\n")[0],
    `Cannot read kubeconfig "${kubeconfig}": ` +
      "Tabs are not allowed as indentation at line 9, column 5",
  );
});
