/** The certificate authorities that this machine trusts, as kubectl and git trust them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import tls from "node:tls";
import { variable } from "../variable.ts";
import { readSmallFile } from "./kubeconfig/bounded_file.ts";
import { certificatesIn } from "./kubeconfig/pem.ts";

interface Authorities {
  readonly system: readonly string[];
  readonly all: readonly string[];
}

let known: Authorities | undefined;

function read(): Authorities {
  if (known === undefined) {
    const system = [
      ...systemAuthorities(),
      ...directories().flatMap(filesIn).flatMap(certificatesIn),
    ];
    known = { system, all: [...new Set([...system, ...tls.rootCertificates])] };
  }
  return known;
}

/** As in Go, a value of SSL_CERT_FILE that names no file takes no authority away. */
function systemAuthorities(): string[] {
  try {
    return tls.getCACertificates("system");
  } catch {
    const file = variable("SSL_CERT_FILE");
    if (file === undefined) return [];
    Deno.env.delete("SSL_CERT_FILE");
    try {
      return tls.getCACertificates("system");
    } catch {
      return [];
    } finally {
      Deno.env.set("SSL_CERT_FILE", file);
    }
  }
}

/** Returns the directories of SSL_CERT_DIR, which Go reads where OpenSSL is usual, but not Deno. */
function directories(): string[] {
  if (Deno.build.os === "windows" || Deno.build.os === "darwin") return [];
  return variable("SSL_CERT_DIR")?.split(":").filter((path) => path !== "") ?? [];
}

/** Returns the texts of the files that can be read. */
function filesIn(directory: string): string[] {
  const attempted = <T>(read: () => T[]): T[] => {
    try {
      return read();
    } catch {
      return [];
    }
  };
  return attempted(() => readdirSync(directory)).flatMap((name) =>
    attempted(() => [readSmallFile(join(directory, name))])
  );
}

/** Returns those of the system, and those of the runtime, in PEM. */
export function publicAuthorities(): readonly string[] {
  return read().all;
}

/** Returns what fetch takes as its client: fetch alone trusts the runtime's authorities only. */
export function systemClient(): Deno.HttpClient {
  return Deno.createHttpClient({ caCerts: [...read().system] });
}
