/** The certificate authorities that this machine trusts, as kubectl and git trust them. */
import tls from "node:tls";

let known: readonly string[] | undefined;

/** In PEM. */
export function systemAuthorities(): string[] {
  known ??= tls.getCACertificates("system");
  return [...known];
}

/** Returns what fetch takes as its client: fetch alone trusts the runtime's authorities only. */
export function systemClient(): Deno.HttpClient {
  return Deno.createHttpClient({ caCerts: systemAuthorities() });
}
