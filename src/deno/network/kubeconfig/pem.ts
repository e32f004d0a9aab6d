/** Certificates and keys in PEM: from a file, or from base64 in the kubeconfig. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readSmallFile } from "./bounded_file.ts";
import type { Fields } from "./entries.ts";
import { messageOf } from "./words.ts";

/** A client certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A text, and where it is from. */
interface Pem {
  readonly text: string;
  readonly from: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const PRIVATE_KEY =
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]*?-----END (?:[A-Z]+ )*PRIVATE KEY-----/;

/** Returns the certificates of a text, each in PEM. */
export function certificatesIn(text: string): string[] {
  return text.match(CERTIFICATE) ?? [];
}

/** Returns the certificate authorities, without those that cannot be read if one can. */
export function readAuthority(fields: Fields): string | undefined {
  const found = read(fields, "certificate-authority");
  if (found === undefined) return undefined;
  const blocks = certificatesIn(found.text);
  const good = blocks.filter((block) => certificateFault(block) === undefined);
  if (good.length > 0) return good.join("\n") + "\n";
  throw fields.refusal(`its ${found.from} has no certificate in PEM that can be read`);
}

/** Returns the client certificate with its key. */
export function readCertificate(fields: Fields): Certificate | undefined {
  const cert = read(fields, "client-certificate");
  if (cert === undefined) return undefined; // a key alone is not used, as with kubectl
  const key = read(fields, "client-key");
  if (key === undefined) throw fields.refusal("it has a client-certificate without a client-key");
  const fault = pairFault({ cert: cert.text, key: key.text }, { cert: cert.from, key: key.from });
  if (fault !== undefined) throw fields.refusal(`its ${fault}`);
  return { cert: cert.text, key: key.text };
}

/** Returns why the pair cannot be used, in words that follow "its", or undefined. */
export function pairFault(
  { cert, key }: Certificate,
  names: { readonly cert: string; readonly key: string },
): string | undefined {
  const [leaf] = certificatesIn(cert);
  if (leaf === undefined) return `${names.cert} has no certificate in PEM`;
  const fault = certificateFault(leaf);
  if (fault !== undefined) return `${names.cert} cannot be read as a certificate`;
  const [block] = key.match(PRIVATE_KEY) ?? [];
  if (block === undefined) return `${names.key} has no private key in PEM`;
  if (/ENCRYPTED/.test(block)) {
    return `${names.key} is a key with a passphrase, which cannot be used`;
  }
  const own = privateKey(block);
  if (own === undefined) return `${names.key} cannot be read as a private key`;
  const isPair = new X509Certificate(leaf).checkPrivateKey(own);
  return isPair ? undefined : `${names.key} does not belong to its ${names.cert}`;
}

function privateKey(block: string): KeyObject | undefined {
  try {
    return createPrivateKey(block);
  } catch {
    return undefined;
  }
}

function certificateFault(block: string): string | undefined {
  try {
    new X509Certificate(block);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function read(fields: Fields, key: string): Pem | undefined {
  const [path, data] = [fields.path(key), fields.text(`${key}-data`)];
  if (path !== undefined && data !== undefined) {
    throw fields.refusal(`it has both ${key} and ${key}-data`);
  }
  if (data !== undefined) {
    return { text: decoded(fields, `${key}-data`, data), from: `${key}-data` };
  }
  if (path === undefined) return undefined;
  try {
    return { text: readSmallFile(path), from: key };
  } catch (error) {
    throw fields.refusal(`its ${key} cannot be read: ${messageOf(error)}`);
  }
}

function decoded(fields: Fields, key: string, data: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(data));
  } catch {
    throw fields.refusal(`its ${key} is not base64`);
  }
}
