import assert from "node:assert/strict";
import * as x509 from "npm:@peculiar/x509@1.14.0";
import { Certificate } from "../../../src/deno/network/dial/certificate.ts";
import { examined } from "../../../src/deno/network/dial/chain.ts";

x509.cryptoProvider.set(crypto);
const HOUR_MS = 3_600_000;
const rsa = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const P256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

interface Party {
  readonly certificate: Certificate;
  readonly pem: string;
  readonly name: string;
  readonly keys: CryptoKeyPair;
}

interface Wanted {
  readonly algorithm?: EcKeyGenParams | RsaHashedKeyGenParams | Algorithm;
  /** The algorithm of the signature. */
  readonly by?: { readonly party: Party; readonly signing?: object };
  readonly isAuthority?: boolean;
  readonly endsInMs?: number;
}

async function make(name: string, wanted: Wanted = {}): Promise<Party> {
  const { algorithm = P256, by, isAuthority = false, endsInMs = HOUR_MS } = wanted;
  const usages: KeyUsage[] = ["sign", "verify"];
  const keys = await crypto.subtle.generateKey(algorithm, true, usages) as CryptoKeyPair;
  const signing = by?.signing ??
    (by === undefined ? algorithm : by.party.keys.privateKey.algorithm);
  const made = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${by?.party.name ?? name}`,
    serialNumber: "01",
    notBefore: new Date(Date.now() - 2 * HOUR_MS),
    notAfter: new Date(Date.now() + endsInMs),
    publicKey: keys.publicKey,
    signingKey: by?.party.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: {
      ...signing,
      hash: (signing as { hash?: string }).hash ?? "SHA-256",
    } as never,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: name }]),
    ],
  });
  const certificate = new Certificate(new Uint8Array(made.rawData));
  return { certificate, pem: made.toString("pem"), name, keys };
}

function faultOf(shown: readonly Party[], trusted: readonly Party[]): string {
  const found = examined(
    shown.map(({ certificate }) => certificate),
    trusted.map(({ pem }) => pem),
  );
  return found.fault ?? "none";
}

const AUTHORITIES: Record<string, [EcKeyGenParams | RsaHashedKeyGenParams | Algorithm, object?]> = {
  "RSA with SHA-256": [{ ...rsa, name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }],
  "RSA with SHA-384": [{ ...rsa, name: "RSASSA-PKCS1-v1_5", hash: "SHA-384" }],
  "RSA with SHA-512": [{ ...rsa, name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" }],
  "RSA-PSS": [{ ...rsa, name: "RSA-PSS", hash: "SHA-256" }, { saltLength: 32 }],
  "P-256": [P256],
  "P-256 with SHA-512": [P256, { hash: "SHA-512" }],
  "P-384 with SHA-256": [{ name: "ECDSA", namedCurve: "P-384" }, { hash: "SHA-256" }],
  "P-521": [{ name: "ECDSA", namedCurve: "P-521" }, { hash: "SHA-512" }],
  "Ed25519": [{ name: "Ed25519" }],
};

for (const [what, [algorithm, signing = {}]] of Object.entries(AUTHORITIES)) {
  Deno.test(`a signature by ${what} is checked`, async () => {
    const own = { ...algorithm, ...signing };
    const [authority, other] = [
      await make("CA", { algorithm: own, isAuthority: true }),
      await make("CA", { algorithm: own, isAuthority: true }),
    ];
    const server = await make("server", { by: { party: authority, signing: own } });
    assert.equal(faultOf([server], [authority]), "none");
    assert.equal(faultOf([server], [other]), "unknown authority");
  });
}

Deno.test("a chain leads over authorities in any order, and over nothing else", async () => {
  const root = await make("root", { isAuthority: true });
  const first = await make("first", { by: { party: root }, isAuthority: true });
  const second = await make("second", { by: { party: first }, isAuthority: true });
  const server = await make("server", { by: { party: second } });
  for (const between of [[first, second], [second, first], [root, server, first, second]]) {
    assert.equal(faultOf([server, ...between], [root]), "none");
  }
  assert.equal(faultOf([server, second], [root]), "unknown authority");
  assert.equal(faultOf([server], [root, first, second]), "none");
  const client = await make("client", { by: { party: root } });
  const below = await make("server", { by: { party: client } });
  assert.equal(faultOf([below, client], [root]), "unknown authority");
  const ended = await make("ended", { by: { party: root }, isAuthority: true, endsInMs: -HOUR_MS });
  const later = await make("server", { by: { party: ended } });
  assert.equal(faultOf([later, ended], [root]), "unknown authority");
});

Deno.test("a certificate may be trusted itself, as long as it is valid", async () => {
  const server = await make("server");
  assert.equal(faultOf([server], [server]), "none");
  const ended = await make("server", { endsInMs: -HOUR_MS });
  assert.equal(faultOf([ended], [ended]), "expired");
  assert.equal(faultOf([], [server]), "unknown authority");
});

Deno.test("authorities that sign each other in a circle are followed once", async () => {
  const keys = await make("circle", { isAuthority: true });
  const circle = await Promise.all(
    Array.from({ length: 15 }, () => make("circle", { by: { party: keys }, isAuthority: true })),
  );
  const server = await make("server", { by: { party: keys } });
  assert.equal(faultOf([server, keys, ...circle], [await make("CA")]), "unknown authority");
});
