/**
 * Checks the certificates that a server has shown, after the runtime has. If one of them is of
 * version 1, or can't be parsed, Deno (2.9.6) compares only the names of the chain with those of
 * the authorities, so that anyone could stand in for the server:
 * https://github.com/denoland/deno/pull/36248
 */
import type { TLSSocket } from "node:tls";
import { certificatesIn } from "../kubeconfig/pem.ts";
import { Certificate } from "./certificate.ts";

/** A certificate is not to be trusted, although the runtime does. */
export class ChainError extends Error {
  constructor(readonly found: Found) {
    super(found.fault);
  }
}

export type ChainFault =
  | "unknown authority"
  | "expired"
  | "not yet valid"
  | "not for servers"
  | "without names";

/** Facts about the certificate that a server has shown. */
export interface Found {
  readonly own?: Certificate;
  /** Absent if the certificate leads to an authority. */
  readonly fault?: ChainFault;
  /** Whether the authorities name the certificate itself. */
  readonly isNamed?: boolean;
}

/** Longer chains are not followed. */
const MOST_SHOWN = 16;

/** Returns what the server has shown, its own certificate first, and perhaps its authority. */
export function shownBy(socket: TLSSocket): Certificate[] {
  const shown: Certificate[] = [];
  let at = socket.getPeerCertificate(true);
  while (at?.raw !== undefined && shown.length < MOST_SHOWN) {
    try {
      shown.push(new Certificate(at.raw));
    } catch {
      if (shown.length === 0) break; // what signs its own certificate may follow
    }
    if (at.issuerCertificate === at) break;
    at = at.issuerCertificate;
  }
  return shown;
}

/** @param trusted authorities, and servers' own certificates, in PEM */
export function examined(
  shown: readonly Certificate[],
  trusted: readonly string[],
  now = new Date(),
): Found {
  const authorities = trusted.flatMap(parsed);
  const [own] = shown;
  if (own === undefined) return { fault: "unknown authority" };
  const isNamed = authorities.some((one) => isSame(one, own));
  return { own, fault: faultOf(shown, authorities, now), isNamed };
}

function faultOf(
  [own, ...others]: readonly Certificate[],
  authorities: readonly Certificate[],
  now: Date,
): ChainFault | undefined {
  if (own.validTo < now) return "expired";
  if (own.validFrom > now) return "not yet valid";
  if (!own.isForServers) return "not for servers";
  const between = others.filter(({ isAuthority, validFrom, validTo }) =>
    isAuthority && validFrom <= now && now <= validTo
  );
  if (!leadsTo(authorities, own, between)) return "unknown authority";
  return own.hasNames ? undefined : "without names";
}

/** Whether an authority has signed the certificate, or one that others between them sign. */
function leadsTo(
  authorities: readonly Certificate[],
  certificate: Certificate,
  between: readonly Certificate[],
): boolean {
  const reached = [certificate];
  for (const signed of reached) {
    if (authorities.some((one) => isSame(one, signed) || signed.isSignedBy(one))) return true;
    reached.push(...between.filter((one) => !reached.includes(one) && signed.isSignedBy(one)));
  }
  return false;
}

function isSame({ der }: Certificate, other: Certificate): boolean {
  return der.length === other.der.length && der.every((byte, at) => byte === other.der[at]);
}

/** Read once: a machine trusts many, and each connection needs them. */
const known = new Map<string, readonly Certificate[]>();

/** Returns the certificates of a text in PEM that can be read. */
function parsed(pem: string): readonly Certificate[] {
  const before = known.get(pem);
  if (before !== undefined) return before;
  const found = certificatesIn(pem).flatMap((block) => {
    try {
      const base64 = block.replaceAll(/-----[^-]*-----/g, "");
      return [new Certificate(Uint8Array.fromBase64(base64))];
    } catch {
      return [];
    }
  });
  known.set(pem, found);
  return found;
}
