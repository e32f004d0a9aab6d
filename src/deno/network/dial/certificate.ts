/** A certificate that a server shows, or one that is trusted. Pure. */
import { constants, type KeyObject, verify, X509Certificate } from "node:crypto";
import { elements } from "./der.ts";

const HASHES = ["sha256", "sha384", "sha512"] as const;
const RSA = "2a864886f70d0101";
const ECDSA = "2a8648ce3d0403";
/** The hashes of the algorithms of signatures, by the hexadecimal OIDs. */
const SIGNATURES: Readonly<Record<string, typeof HASHES[number]>> = {
  [`${RSA}0b`]: "sha256",
  [`${RSA}0c`]: "sha384",
  [`${RSA}0d`]: "sha512",
  [`${ECDSA}02`]: "sha256",
  [`${ECDSA}03`]: "sha384",
  [`${ECDSA}04`]: "sha512",
};
const RSA_PSS = `${RSA}0a`;
const ED25519 = "2b6570";

const EXTENSIONS = 0xa3; // [3] of a TBSCertificate
const USAGES = "551d25"; // extKeyUsage
const FOR_SERVERS = ["2b06010505070301", "551d2500"]; // serverAuth, anyExtendedKeyUsage

export class Certificate {
  readonly #known: X509Certificate;

  /** Throws an error for bytes that are no certificate. */
  constructor(readonly der: Uint8Array) {
    this.#known = new X509Certificate(der);
  }

  get subject(): string {
    return this.#known.subject;
  }

  get issuer(): string {
    return this.#known.issuer;
  }

  get validFrom(): Date {
    return new Date(this.#known.validFrom);
  }

  get validTo(): Date {
    return new Date(this.#known.validTo);
  }

  /** Whether it has names other than the common name, which has not counted since 2000. */
  get hasNames(): boolean {
    return (this.#known.subjectAltName ?? "") !== "";
  }

  /** Whether it may sign others. */
  get isAuthority(): boolean {
    return this.#known.ca;
  }

  /** Whether its extended key usage, if it has one, lets a server show it. */
  get isForServers(): boolean {
    const usages = this.#usages();
    return usages === undefined || usages.some((usage) => FOR_SERVERS.includes(usage));
  }

  /** Whether the other certificate has signed this one. Its own validity is not checked. */
  isSignedBy(other: Certificate): boolean {
    try {
      return this.issuer === other.subject && this.#isSigned(other.#known.publicKey);
    } catch {
      return false; // a key or an algorithm that is not known
    }
  }

  /** Node's own method does not know RSA-PSS and P-521 in Deno (2.9.6). */
  #isSigned(key: KeyObject): boolean {
    const [{ content }] = elements(this.der);
    const [signed, algorithm, { content: bits }] = elements(content);
    const [{ content: oid }] = elements(algorithm.content);
    const name = oid.toHex();
    const signature = bits.subarray(1); // the first byte tells how many bits are unused
    if (name === RSA_PSS) {
      const pss = {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      };
      return HASHES.some((hash) => verify(hash, signed.whole, pss, signature));
    }
    const hash = name === ED25519 ? null : SIGNATURES[name];
    return hash !== undefined && verify(hash, signed.whole, key, signature);
  }

  #usages(): string[] | undefined {
    const [{ content }] = elements(this.der);
    const [{ content: fields }] = elements(content);
    const all = elements(fields).find(({ tag }) => tag === EXTENSIONS);
    if (all === undefined) return undefined;
    for (const { content: extension } of elements(elements(all.content)[0].content)) {
      const parts = elements(extension);
      if (parts[0].content.toHex() !== USAGES) continue;
      const [list] = elements(parts.at(-1)!.content);
      return elements(list.content).map((usage) => usage.content.toHex());
    }
    return undefined;
  }
}
