/** The certificate authorities that this machine trusts, as kubectl and git trust them. */
import tls from "node:tls";

interface Authorities {
  readonly system: readonly string[];
  readonly all: readonly string[];
}

let known: Authorities | undefined;

function read(): Authorities {
  if (known === undefined) {
    const system = tls.getCACertificates("system");
    known = { system, all: [...new Set([...system, ...tls.rootCertificates])] };
  }
  return known;
}

/** Returns those of the system, and those of the runtime, in PEM. */
export function publicAuthorities(): readonly string[] {
  return read().all;
}

/** Returns what fetch takes as its client: fetch alone trusts the runtime's authorities only. */
export function systemClient(): Deno.HttpClient {
  return Deno.createHttpClient({ caCerts: [...read().system] });
}
