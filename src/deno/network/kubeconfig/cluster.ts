/** A cluster of the kubeconfig. */
import type { Entry } from "./entries.ts";
import { Fields } from "./entries.ts";
import { readAuthority } from "./pem.ts";

/** The extension of a cluster for its exec plugins. */
const EXTENSION = "client.authentication.k8s.io/exec";

export interface Cluster {
  readonly name: string;
  readonly server: string;
  /** In PEM. */
  readonly authority?: string;
  readonly skipTLSVerify: boolean;
  readonly tlsServerName?: string;
  readonly proxyUrl?: string;
  readonly disablesCompression: boolean;
  readonly pluginConfig?: unknown;
}

/** Throws UsageError. A proxy's URL is not quoted, since it may have a password. */
export function readCluster(entry: Entry): Cluster {
  const fields = new Fields("cluster", entry);
  const [server, proxyUrl] = [fields.text("server") ?? "", fields.text("proxy-url")];
  if (!isUrl(server, ["https:", "http:"])) {
    throw fields.refusal("its server is not a URL", "like https://192.0.2.1:6443");
  }
  if (proxyUrl !== undefined && !isProxyUrl(proxyUrl)) {
    throw fields.refusal("its proxy-url is not a URL", "like http://192.0.2.1:3128");
  }
  const authority = readAuthority(fields);
  const skipTLSVerify = fields.flag("insecure-skip-tls-verify");
  if (skipTLSVerify && authority !== undefined) {
    throw fields.refusal("it has both insecure-skip-tls-verify and a certificate-authority");
  }
  return {
    name: entry.name,
    server,
    authority,
    skipTLSVerify,
    tlsServerName: fields.text("tls-server-name"),
    proxyUrl,
    disablesCompression: fields.flag("disable-compression"),
    pluginConfig: pluginConfig(fields.value("extensions")),
  };
}

export function isProxyUrl(text: string): boolean {
  return isUrl(text, ["http:", "https:", "socks5:", "socks5h:"]);
}

function isUrl(text: string, schemes: readonly string[]): boolean {
  return schemes.includes(URL.parse(text)?.protocol ?? "");
}

function pluginConfig(extensions: unknown): unknown {
  const all: unknown[] = Array.isArray(extensions) ? extensions : [];
  const found = all.find((one) => (one as { name?: unknown } | null)?.name === EXTENSION);
  return (found as { extension?: unknown } | undefined)?.extension;
}
