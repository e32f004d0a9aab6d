/** Certificates and keys of kubeconfigs, which are checked before a request. */
import assert from "node:assert/strict";
import { UsageError } from "../../../src/errors.ts";
import { loadConnection } from "../../../src/deno/network/kubeconfig.ts";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { rejection } from "../../support/refusal.ts";
import { config, Place } from "./kubeconfig_place.ts";

const { ca, cert, key } = await makeCertificates();
const { key: otherKey } = await makeCertificates();

Deno.test("authority and proxy belong to the connection, the certificate to the credentials", async () => {
  using place = new Place();
  place.write("ca.crt", `a comment\n${ca}`);
  place.write("client.crt", cert);
  const kubeconfig = place.write(
    "a",
    config("a", {
      cluster: { "certificate-authority": "ca.crt", "proxy-url": "http://proxy.test:3128" },
      user: { "client-certificate": "client.crt", "client-key-data": btoa(key) },
    }),
  );
  const connection = await loadConnection({ kubeconfig });
  assert.deepEqual([connection.tls.ca, connection.proxy], [
    [`${ca.trim()}\n`],
    "http://proxy.test:3128",
  ]);
  assert.deepEqual(await connection.credentials(), { headers: [], certificate: { cert, key } });
});

Deno.test("a client certificate that is renewed in its file is read again", async () => {
  using place = new Place();
  const [certFile, keyFile] = [place.write("client.crt", cert), place.write("client.key", key)];
  const user = { "client-certificate": "client.crt", "client-key": "client.key" };
  const { credentials } = await loadConnection({
    kubeconfig: place.write("a", config("a", { user })),
  });
  const first = await credentials();
  const next = await makeCertificates();
  await Deno.writeTextFile(certFile, next.cert);
  assert.equal((await credentials(first)).certificate?.cert, cert); // its key is still the old one
  await Deno.writeTextFile(keyFile, next.key);
  assert.equal((await credentials(await credentials())).certificate?.cert, next.cert);
});

Deno.test("an authority that cannot be read beside others is left out", async () => {
  using place = new Place();
  const odd = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const cluster = { "certificate-authority-data": btoa(odd + ca) };
  const { tls } = await loadConnection({
    kubeconfig: place.write("a", config("a", { cluster })),
  });
  assert.deepEqual(tls.ca, [`${ca.trim()}\n`]);
});

const odd = btoa("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
const own = { "client-certificate-data": btoa(cert), "client-key-data": btoa(key) };
const users: [user: Record<string, string>, state: RegExp][] = [
  [{ ...own, "client-certificate-data": "!" }, /client-certificate-data is not base64$/],
  [{ ...own, "client-certificate-data": btoa("x") }, /certificate-data has no certificate in PEM$/],
  [{ ...own, "client-certificate-data": odd }, /cannot be read as a certificate$/],
  [{ ...own, "client-key-data": btoa(cert) }, /client-key-data has no private key in PEM$/],
  [
    { ...own, "client-key-data": btoa(otherKey) },
    /does not belong to its client-certificate-data$/,
  ],
  [
    { ...own, "client-key-data": btoa(key.replace(/\n.{20}/, "\n")) },
    /client-key-data cannot be read as a private key$/,
  ],
  [
    { ...own, "client-key-data": btoa(key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE")) },
    /client-key-data is a key with a passphrase, which cannot be used$/,
  ],
  [{ ...own, "client-key": "k" }, /it has both client-key and client-key-data$/],
  [{ "client-certificate-data": btoa(cert) }, /client-certificate without a client-key$/],
  [
    { "client-certificate": "gone.crt" },
    /client-certificate cannot be read: no such file: .*gone.crt$/,
  ],
];

for (const [user, state] of users) {
  Deno.test(`a user is refused: ${state.source}`, async () => {
    using place = new Place();
    const kubeconfig = place.write("a", config("a", { user }));
    const message = await rejection(loadConnection({ kubeconfig }), UsageError);
    assert.match(message, /^Cannot use user "a": .*\ncorrect it in /);
    assert.match(message.split("\n")[0], state);
  });
}

const clusters: [cluster: Record<string, string>, state: RegExp][] = [
  [{ "certificate-authority-data": "\u00e4" }, /its certificate-authority-data is not base64$/],
  [{ "certificate-authority-data": btoa("x") }, /authority-data has no certificate in PEM/],
  [
    { "certificate-authority-data": odd },
    /authority-data has no certificate in PEM that can be read$/,
  ],
  [{ "certificate-authority": "gone.crt" }, /authority cannot be read: no such file: .*gone.crt$/],
  [
    { "certificate-authority": "x", "certificate-authority-data": btoa(ca) },
    /it has both certificate-authority and certificate-authority-data$/,
  ],
];

for (const [cluster, state] of clusters) {
  Deno.test(`a cluster is refused: ${state.source}`, async () => {
    using place = new Place();
    const kubeconfig = place.write("a", config("a", { cluster }));
    const message = await rejection(loadConnection({ kubeconfig }), UsageError);
    assert.match(message, /^Cannot use cluster "a": .*\ncorrect it in /);
    assert.match(message.split("\n")[0], state);
  });
}
