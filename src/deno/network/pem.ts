/** Checks certificates and keys before they are used: the runtime ignores what it can't read. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { UsageError } from "../../errors.ts";

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

export interface Pem {
  readonly ca?: readonly string[];
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** Throws UsageError. */
export function checkPem(server: string, { ca = [], certificate }: Pem): void {
  try {
    for (const one of ca) certificatesOf(one, "certificate-authority");
    if (certificate === undefined) return;
    const [own] = certificatesOf(certificate.cert, "client-certificate");
    if (own.checkPrivateKey(keyOf(certificate.key))) return;
    throw new Error("the client-key does not belong to the client-certificate");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new UsageError(`Cannot use the kubeconfig for "${server}": ${why}`, {
      hint: "does kubectl work with this context?",
      cause,
    });
  }
}

function certificatesOf(text: string, name: string): X509Certificate[] {
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0) throw new Error(`the ${name} has no certificate in PEM`);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw new Error(`the ${name} is damaged`, { cause });
  }
}

function keyOf(text: string): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: .*ENCRYPTED/m.test(text)) {
    throw new Error("the client-key is encrypted");
  }
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new Error("the client-key is not a private key in PEM", { cause });
  }
}
