import assert from "node:assert/strict";
import { loadConnection } from "../../../src/deno/network/kubeconfig.ts";
import { orRefused } from "../asserts.ts";
import corpus from "../corpus/kubeconfig.json" with { type: "json" };
import { anyJson, mostOf, roughly, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

const name = roughly(fc.constantFrom("a", "b"));
const list = (item: fc.Arbitrary<unknown>) => roughly(fc.array(roughly(item), { maxLength: 2 }));
const word = fc.oneof(text, fc.constantFrom("aGk=", "https://127.0.0.1:6443/", "/nowhere"));
const cluster = mostOf({
  "server": roughly(fc.oneof(fc.constant("https://127.0.0.1:6443"), text)),
  "certificate-authority-data": roughly(word),
  "proxy-url": roughly(text),
  "insecure-skip-tls-verify": fc.constantFrom<unknown>(false, false, true, "false", null),
});
const user = mostOf({
  "token": roughly(word),
  "username": roughly(text),
  "password": roughly(text),
  "client-certificate-data": roughly(word),
  "client-key-data": roughly(word),
  // The target has no permission to run it.
  "exec": roughly(
    mostOf({ command: name, args: list(text), env: list(mostOf({ name, value: text })) }),
  ),
  "auth-provider": mostOf({
    name: roughly(fc.constantFrom("oidc", "gcp", "azure", "exec", "x")),
    config: mostOf({
      "id-token": roughly(word),
      "access-token": roughly(word),
      "expiry": roughly(text),
    }),
  }),
  "as": roughly(text),
  "as-groups": list(text),
  "as-user-extra": roughly(fc.dictionary(text, list(text), { maxKeys: 2 })),
});
const config = mostOf({
  "current-context": name,
  "contexts": list(
    mostOf({ name, context: mostOf({ cluster: name, user: name, namespace: name }) }),
  ),
  "clusters": list(mostOf({ name, cluster })),
  "users": list(mostOf({ name, user })),
}).map((value) => JSON.stringify(value));

/** A user may have a kubeconfig from a colleague, a wiki or a cloud provider's command. */
export const kubeconfigTarget: Target<string> = {
  name: "kubeconfig",
  claim:
    "a kubeconfig leads to a server or is refused with a message, and starts no program unasked",
  inputs: fc.oneof(
    { weight: 8, arbitrary: config },
    anyJson.map((one) => JSON.stringify(one)),
    text,
  ),
  async check(input) {
    const kubeconfig = await Deno.makeTempFile(); // not in memory, because that needs all permissions
    try {
      await Deno.writeTextFile(kubeconfig, input);
      await connect(kubeconfig);
    } finally {
      await Deno.remove(kubeconfig);
    }
  },
  corpus,
  runs: 1_500,
  permissions: { read: true, write: true, env: true },
};

async function connect(kubeconfig: string): Promise<void> {
  const connection = await orRefused(() => loadConnection({ kubeconfig }));
  if (connection === undefined) return;
  const { server, namespace, proxy } = connection;
  for (const text of [server, namespace, proxy ?? ""]) assert.equal(typeof text, "string");
  const credentials = await orRefused(() => connection.credentials());
  new Headers(credentials?.headers.map(([name, value]): [string, string] => [name, value]));
}
