/** Certificates for servers and clients of tests. All are PEM. */
import * as x509 from "npm:@peculiar/x509@1.14.0";
import { elements } from "../../src/deno/network/dial/der.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface Subject {
  readonly name: string;
  readonly dns?: readonly string[];
  readonly ips?: readonly string[];
  /** Whether it expired yesterday. */
  readonly isExpired?: boolean;
  /** Whether its extended key usage is that of clients alone. */
  readonly isForClients?: boolean;
}

/** A certificate authority of one test. */
export class Authority {
  #serial = 1;

  private constructor(
    private readonly certificate: x509.X509Certificate,
    private readonly keys: CryptoKeyPair,
  ) {}

  static async make(name = "test CA"): Promise<Authority> {
    x509.cryptoProvider.set(crypto);
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...validity(false),
      serialNumber: "01",
      name: `CN=${name}`,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    return new Authority(certificate, keys);
  }

  get pem(): string {
    return this.certificate.toString("pem");
  }

  async issue(
    { name, dns = [], ips = [], isExpired = false, isForClients = false }: Subject,
  ): Promise<Issued> {
    const keys = await newKeys();
    const names = [
      ...dns.map((value) => ({ type: "dns" as const, value })),
      ...ips.map((value) => ({ type: "ip" as const, value })),
    ];
    const cert = await x509.X509CertificateGenerator.create({
      ...validity(isExpired),
      serialNumber: `${++this.#serial}`.padStart(2, "0"),
      subject: `CN=${name}`,
      issuer: this.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      extensions: [
        ...names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)],
        ...isForClients ? [new x509.ExtendedKeyUsageExtension([CLIENT_AUTH])] : [],
      ],
    });
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
    return {
      cert: cert.toString("pem"),
      key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
    };
  }
}

/**
 * Returns the certificate in version 1, which has no extensions. Its signature is one of something
 * else.
 */
export function inVersion1(pem: string): string {
  const [{ content }] = elements(new Uint8Array(x509.PemConverter.decodeFirst(pem)));
  const [{ content: fields }, ...signature] = elements(content);
  const [VERSION, EXTENSIONS] = [0xa0, 0xa3];
  const kept = elements(fields).filter(({ tag }) => tag !== VERSION && tag !== EXTENSIONS);
  const wholes = (all: { whole: Uint8Array }[]) => all.flatMap(({ whole }) => [...whole]);
  const bytes = sequence([...sequence(wholes(kept)), ...wholes(signature)]);
  return x509.PemConverter.encode(Uint8Array.from(bytes).buffer, "CERTIFICATE");
}

function sequence(content: readonly number[]): number[] {
  const { length } = content;
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return [0x30, ...length < 128 ? [length] : long, ...content];
}

function validity(isExpired: boolean) {
  const notAfter = new Date(Date.now() + (isExpired ? -DAY_MS : DAY_MS));
  return { notBefore: new Date(Date.now() - 2 * DAY_MS), notAfter, signingAlgorithm: ALGORITHM };
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}
