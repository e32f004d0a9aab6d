/** Why a connection can't be opened, hop by hop, in words. */
import type { IncomingMessage } from "node:http";
import { ConnectError } from "../../../kube/transport.ts";
import type { Certificate } from "./certificate.ts";
import { ChainError, type Found } from "./chain.ts";
import type { Proxy } from "./proxy.ts";

const CHECK_ADDRESS = "is it up, and are --context and --kubeconfig the right ones?";
const CHECK_PROXY = "is the proxy up, and is its URL in the kubeconfig or in HTTPS_PROXY right?";
const CHECK_LOGIN = "check them in the URL of the proxy; there, %40 stands for @ and %3A for :";
const CHECK_AUTHORITY = "check certificate-authority in the kubeconfig";

/** The server itself can't be reached over TCP. */
export function tcpError(error: unknown): ConnectError {
  return new ConnectError(stateOf(error), { hint: CHECK_ADDRESS, cause: error });
}

/** The proxy can't be reached, or does not speak its protocol. */
export function proxyError({ shown }: Proxy, error: unknown): ConnectError {
  const why = certificateState(error, { fault: "unknown authority" })?.state ?? stateOf(error);
  // The errors of the library for SOCKS have the password: they are no cause.
  return new ConnectError(`its proxy ${shown} does not work: ${why}`, { hint: CHECK_PROXY });
}

/** An HTTP proxy answers, and opens no connection. */
export function refusedTunnel(
  proxy: Proxy,
  authority: string,
  { statusCode = 0, statusMessage = "", headersDistinct }: Pick<
    IncomingMessage,
    "statusCode" | "statusMessage" | "headersDistinct"
  >,
): ConnectError {
  const status = `${statusCode} ${statusMessage}`.trim();
  if (statusCode === 407) {
    const offered = (headersDistinct["proxy-authenticate"] ?? []).map((one) =>
      /^\w+/.exec(one)?.[0]
    );
    return offered.length === 0 || offered.some((one) => one?.toLowerCase() === "basic")
      ? refusedLogin(proxy, status)
      : unknownLogin(proxy, offered.join(" or "));
  }
  const isLost = statusCode >= 502 && statusCode <= 504;
  return notThere(proxy, authority, isLost ? "cannot reach" : "does not connect to", status);
}

/** A SOCKS proxy fails, in the words of the library. */
export function socksError(proxy: Proxy, authority: string, error: unknown): ConnectError {
  const { message = "" } = error as Partial<Error>;
  if (/no accepted authentication type|Authentication failed/.test(message)) {
    return refusedLogin(proxy, "SOCKS5");
  }
  const [, code] = /^Socks5 proxy rejected connection - (\w+)/.exec(message) ?? [];
  if (code === undefined) return proxyError(proxy, error);
  // "ConnectionRefused" is "connection refused".
  const why = code.replaceAll(/\B[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
  const verb = code === "NotAllowed" ? "does not connect to" : "cannot reach";
  return notThere(proxy, authority, verb, why);
}

function refusedLogin({ shown, user }: Proxy, why: string): ConnectError {
  return user === undefined
    ? new ConnectError(`its proxy ${shown} asks for a user and a password (${why})`, {
      hint: "put them into the URL of the proxy, as in http://USER:PASSWORD@HOST:PORT",
    })
    : new ConnectError(`its proxy ${shown} does not accept the user and password (${why})`, {
      hint: CHECK_LOGIN,
    });
}

function unknownLogin({ shown }: Proxy, ways: string): ConnectError {
  return new ConnectError(
    `its proxy ${shown} asks for a login by ${ways}, which is not supported`,
    {
      hint: "name a proxy on this machine that logs in there, such as px or cntlm",
    },
  );
}

/** The user or the password has more bytes than SOCKS5 has room for. */
export function longLogin({ shown }: Proxy, longestBytes: number): ConnectError {
  const why = `SOCKS5 has room for ${longestBytes} bytes of each`;
  return new ConnectError(`its proxy ${shown} cannot take the user and password: ${why}`, {
    hint: CHECK_LOGIN,
  });
}

function notThere(
  { shown }: Proxy,
  authority: string,
  verb: "cannot reach" | "does not connect to",
  why: string,
): ConnectError {
  return new ConnectError(`its proxy ${shown} ${verb} ${authority} (${why})`, {
    hint: "may the proxy connect there? NO_PROXY names servers that need no proxy",
  });
}

/** The handshake with the server fails. */
export function tlsError(error: unknown, about: About): ConnectError {
  const { state, hint } = certificateState(error, about) ??
    { state: stateOf(error), hint: CHECK_ADDRESS };
  return new ConnectError(state, { hint, cause: error });
}

/** The hops together have taken too long. */
export function tooLate(ms: number, proxy: Proxy | undefined): ConnectError {
  const through = proxy === undefined ? "" : ` through its proxy ${proxy.shown}`;
  const hint = proxy === undefined ? CHECK_ADDRESS : CHECK_PROXY;
  return new ConnectError(`no connection${through} within ${ms / 1000} s`, { hint });
}

/** Codes of OpenSSL for a chain that ends at no known authority. */
const UNKNOWN_AUTHORITY = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
  "INVALID_CA",
]);

/** Whether the runtime accepts no authority for the certificate, or calls it expired so. */
export function isUntrusted(error: unknown): boolean {
  return UNKNOWN_AUTHORITY.has((error as { code?: string }).code ?? "");
}

/** Facts about a certificate that is not accepted. */
export interface About extends Found {
  /** The expected name. */
  readonly name?: string;
}

interface Words {
  readonly state: string;
  readonly hint: string;
}

/** Returns undefined if the error is not about a certificate. */
function certificateState(error: unknown, about: About): Words | undefined {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  if (error instanceof ChainError) return chainState(error.found);
  if (UNKNOWN_AUTHORITY.has(code)) return chainState(about);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const { cert } = error as { cert?: { subjectaltname?: string } };
    const names = (cert?.subjectaltname ?? "").replaceAll(/\b(DNS|IP Address):/g, "");
    const other = names === "" ? "" : `: it is for ${names}`;
    return {
      state: `its certificate is not for ${about.name ?? "this name"}${other}`,
      hint: "tls-server-name in the kubeconfig says which name the certificate has",
    };
  }
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || /wrong version number/.test(message)) {
    return {
      state: "it does not speak TLS",
      hint: "does its URL begin with http: and not https:?",
    };
  }
  return alertState(message);
}

/** Alerts of TLS about the certificate of the client. */
const ABOUT_CLIENT: Readonly<Record<string, string>> = {
  CertificateRequired: "it asks for a client certificate",
  CertificateExpired: "the client certificate has expired",
  CertificateRevoked: "the client certificate is revoked",
  CertificateUnknown: "it does not accept the client certificate",
  BadCertificate: "it does not accept the client certificate",
  UnsupportedCertificate: "it does not accept the client certificate",
  UnknownCA: "the client certificate is of an authority that it does not know",
  AccessDenied: "it does not accept the client certificate",
};

/** Reads `received fatal alert: UnknownCA`. */
function alertState(message: string): Words | undefined {
  const [, alert] = /fatal alert: (\w+)/.exec(message) ?? [];
  if (alert === undefined) return undefined;
  if (Object.hasOwn(ABOUT_CLIENT, alert)) {
    return {
      state: `it refuses the handshake: ${ABOUT_CLIENT[alert]}`,
      hint: "is client-certificate of the user in the kubeconfig the right one?",
    };
  }
  if (alert === "NoApplicationProtocol") {
    return {
      state: "it does not speak HTTP/1.1",
      hint: "let the gateway before it accept HTTP/1.1: kubectl exec needs that, too",
    };
  }
  return {
    state: `it refuses the handshake: ${firstLine(message)}`,
    hint: alert === "HandshakeFailure"
      ? "it asks for a client certificate, or knows no cipher of TLS 1.2 or 1.3 with GCM or ChaCha20"
      : "does it speak TLS 1.2 or 1.3?",
  };
}

/**
 * Returns the error for a client certificate that the server refuses, else the same error. By TLS
 * 1.3, the connection is open by then.
 */
export function refusedClient(error: unknown): unknown {
  const { message = "" } = error as Partial<Error>;
  const [, alert = ""] = /fatal alert: (\w+)/.exec(message) ?? [];
  return Object.hasOwn(ABOUT_CLIENT, alert) ? tlsError(error, {}) : error;
}

/** The words for a certificate that is not trusted. */
function chainState({ fault, own, isNamed }: Found): Words {
  switch (fault) {
    case "expired":
      return {
        state: `its certificate has expired on ${dayOf(own!.validTo)}`,
        hint: "is the clock of this machine right? Else the cluster needs a new certificate",
      };
    case "not yet valid":
      return {
        state: `its certificate is not valid yet, but from ${dayOf(own!.validFrom)} on`,
        hint: "is the clock of this machine right?",
      };
    case "not for servers":
      return {
        state: "its certificate is for clients, not for servers (extended key usage)",
        hint: "it needs a certificate with the usage serverAuth",
      };
    case "without names":
      return {
        state: "its certificate has a common name, but no names that count (subjectAltName)",
        hint: "it needs a certificate with a subjectAltName; kubectl refuses this one, too",
      };
    case "unknown authority":
      return {
        state: "its certificate is signed by an unknown authority",
        hint: authorityHint(own),
      };
  }
  return isNamed
    ? {
      state: "its certificate is the certificate-authority itself, but another one has signed it",
      hint: "certificate-authority in the kubeconfig is to be the authority that has signed it",
    }
    : {
      state: "its certificate is of a known authority, but cannot be used",
      hint: "it has a key, a usage or a name that is not allowed; does kubectl take it?",
    };
}

/** Names the signer: one of a company's proxy that looks into TLS is known by its name. */
function authorityHint(own: Certificate | undefined): string {
  const [, name] = /^(?:CN|O)=(.+)$/m.exec(own?.issuer ?? "") ?? [];
  return name === undefined
    ? CHECK_AUTHORITY
    : `${CHECK_AUTHORITY}: "${name.slice(0, 80)}" signs it`;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** States of the system, by its codes. */
const STATES: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset",
  EHOSTUNREACH: "no route to it",
  ENETUNREACH: "no network",
  ENOTFOUND: "its name can't be resolved",
  EAI_AGAIN: "its name can't be resolved",
  ETIMEDOUT: "no answer in time",
};

function stateOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return stateOf(error.errors[0]);
  const { code = "", message = String(error) } = error as { code?: string; message?: string };
  if (code.startsWith("HPE_")) return "it does not speak HTTP";
  return STATES[code] ?? firstLine(message);
}

function firstLine(text: string): string {
  return text.split("\n")[0].slice(0, 200);
}
