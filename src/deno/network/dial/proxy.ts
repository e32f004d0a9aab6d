/** The URL of a proxy. Pure. */

export interface Proxy {
  readonly scheme: "http" | "https" | "socks5";
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  /** For messages: without user and password. */
  readonly shown: string;
}

/** The schemes and their default ports. A proxy of socks5 resolves names too, as in kubectl. */
const SCHEMES: Record<string, readonly [Proxy["scheme"], port: number]> = {
  "http:": ["http", 80],
  "https:": ["https", 443],
  "socks5:": ["socks5", 1080],
  "socks5h:": ["socks5", 1080],
};

/** Throws an error without the URL, which may have a password. */
export function readProxy(text: string): Proxy {
  const url = URL.parse(text);
  const found = url === null ? undefined : SCHEMES[url.protocol];
  if (url === null || found === undefined || url.hostname === "") {
    throw new Error("the URL of the proxy is not one of http, https, socks5 or socks5h");
  }
  const [scheme, port] = found;
  return {
    scheme,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? port : Number(url.port),
    ...(url.username === "" && url.password === "" ? {} : {
      user: decoded(url.username),
      password: decoded(url.password),
    }),
    shown: `${url.protocol}//${url.host}`,
  };
}

/** Decodes a part of a URL. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that begins no escape
  }
}
