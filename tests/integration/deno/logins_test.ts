/** How a user of the kubeconfig logs in, beside plugins, OIDC and certificates. */
import assert from "node:assert/strict";
import { UsageError } from "../../../src/errors.ts";
import { loadConnection } from "../../../src/deno/network/kubeconfig.ts";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { rejection } from "../../support/refusal.ts";
import { config, connected, Place } from "./kubeconfig_place.ts";

Deno.test("a user name and a password are sent in UTF-8", async () => {
  using place = new Place();
  const user = { username: "jörg", password: "pässword" };
  const header = (await connected({ kubeconfig: place.write("a", config("a", { user })) }))[2];
  const bytes = Uint8Array.fromBase64(header!.replace("Basic ", ""));
  assert.equal(new TextDecoder().decode(bytes), "jörg:pässword");
  const kubeconfig = place.write("b", config("b", { user: { password: "p" } }));
  assert.equal((await connected({ kubeconfig }))[2], `Basic ${btoa(":p")}`);
});

Deno.test("a token serves as long as the token file is missing or empty", async () => {
  using place = new Place();
  const kubeconfig = place.write("a", config("a", { user: { token: "t", tokenFile: "file" } }));
  assert.equal((await connected({ kubeconfig }))[2], "Bearer t");
  place.write("file", " \n");
  assert.equal((await connected({ kubeconfig }))[2], "Bearer t");
});

Deno.test("a token goes with a client certificate, and a plugin does not run beside one", async () => {
  using place = new Place();
  const { cert, key } = await makeCertificates();
  const own = { "client-certificate-data": btoa(cert), "client-key-data": btoa(key) };
  const exec = { apiVersion: "x", command: "no-such-program" };
  for (
    const [rest, headers] of [
      [{ token: "t" }, [["Authorization", "Bearer t"]]],
      [{ exec }, []],
    ] as const
  ) {
    const kubeconfig = place.write("a", config("a", { user: { ...own, ...rest } }));
    const { credentials } = await loadConnection({ kubeconfig });
    assert.deepEqual(await credentials(), { headers, certificate: { cert, key } });
  }
});

Deno.test("an impersonation is in the credentials, by flags and by the kubeconfig", async () => {
  using place = new Place();
  const user = { token: "t", as: "jane", "as-groups": ["qa"] };
  const kubeconfig = place.write("a", config("a", { user }));
  const { credentials, actsAs } = await loadConnection({ kubeconfig, as: "joe" });
  assert.deepEqual([actsAs?.user, actsAs?.groups], ["joe", ["qa"]]);
  assert.deepEqual((await credentials()).headers, [
    ["Impersonate-User", "joe"],
    ["Impersonate-Group", "qa"],
    ["Authorization", "Bearer t"],
  ]);
});

const two: [user: Record<string, unknown>, state: string][] = [
  [{ token: "t", username: "u" }, "it has both token and a password"],
  [{ tokenFile: "t", password: "p" }, "it has both tokenFile and a password"],
  [{ exec: {}, "auth-provider": { name: "oidc" } }, "it has both exec and auth-provider"],
  [{ "auth-provider": {} }, "its auth-provider has no name"],
  [{ "auth-provider": "oidc" }, "its auth-provider has no name"],
  [
    { "auth-provider": { name: "oidc", config: { "client-id": 7 } } },
    "its auth-provider has a config that is not all strings",
  ],
];

for (const [user, state] of two) {
  Deno.test(`a user is refused: ${state}, ${Object.keys(user)}`, async () => {
    using place = new Place();
    const kubeconfig = place.write("a", config("a", { user }));
    const [message] = (await rejection(loadConnection({ kubeconfig }), UsageError)).split("\n");
    assert.equal(message, `Cannot use user "a": ${state}`);
  });
}

for (const token of ["a\nb", "a\u0000"]) {
  Deno.test(`a token that no header can carry is refused: ${JSON.stringify(token)}`, async () => {
    using place = new Place();
    const kubeconfig = place.write("a", config("a", { user: { token } }));
    const message = await rejection(loadConnection({ kubeconfig }), UsageError);
    assert.match(message, /^Cannot get the credentials of user "a": its Authorization has a char/);
  });
}
