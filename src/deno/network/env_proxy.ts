/**
 * The proxy that the environment names for a server, by the rules of Go's httpproxy, which kubectl
 * follows: https://pkg.go.dev/golang.org/x/net/http/httpproxy. Pure.
 */
import { BlockList, isIP } from "node:net";
import { domainToASCII } from "node:url";

export type Get = (name: string) => string | undefined;

/**
 * Returns the URL of the proxy, or undefined for none. Loopback never has one. A value that is not
 * a URL is the host and port of an HTTP proxy.
 */
export function envProxy(server: URL, get: Get): string | undefined {
  const name = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const given = either(name, get);
  if (given === "" || !isProxied(server, either("NO_PROXY", get))) return undefined;
  return [given, `http://${given}`].find((text) => URL.parse(text)?.host);
}

function either(name: string, get: Get): string {
  return get(name) || get(name.toLowerCase()) || "";
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

function isProxied({ hostname, port, protocol }: URL, exceptions: string): boolean {
  const host = bare(hostname);
  if (host === "localhost" || contains(LOOPBACK, host)) return false;
  const target = { host, port: port || (protocol === "https:" ? "443" : "80") };
  return !exceptions.toLowerCase().split(",").some((entry) => matches(entry.trim(), target));
}

/** Whether an entry of NO_PROXY is for the target: a domain, an address, or a range of them. */
function matches(entry: string, target: { host: string; port: string }): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  const range = /^(\S+)\/(\d{1,3})$/.exec(entry);
  if (range !== null) return isIn(range[1], Number(range[2]), target.host);
  const [, host, port] = /^(\[[^\]]*\]|[^:]*):(\w*)$/.exec(entry) ?? [undefined, entry];
  if (host === "" || (port && port !== target.port)) return false;
  if (isIP(bare(host)) !== 0) {
    return isIn(bare(host), isIP(bare(host)) === 4 ? 32 : 128, target.host);
  }
  if (isIP(target.host) !== 0) return false;
  // "x.test" is also for its subdomains; ".x.test" and "*.x.test" are for these alone.
  const named = host.replace(/^\*\./, ".");
  const suffix = domainToASCII(named) || named; // as in the server's URL
  if (suffix.startsWith(".")) return target.host.endsWith(suffix);
  return target.host === suffix || target.host.endsWith(`.${suffix}`);
}

function isIn(network: string, prefix: number, host: string): boolean {
  const version = isIP(network);
  if (version === 0 || prefix > (version === 4 ? 32 : 128)) return false;
  const range = new BlockList();
  range.addSubnet(network, prefix, version === 4 ? "ipv4" : "ipv6");
  return contains(range, host);
}

function contains(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 4 ? "ipv4" : "ipv6");
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
