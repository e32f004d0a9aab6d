/**
 * Requests to a server whose certificate is not checked, for `--remote-skip-tls`. fetch cannot: its
 * only way is a flag of the whole program. Loaded on demand.
 */
import http, { type IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { Readable } from "node:stream";
import tls from "node:tls";

interface Init {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

const MOST_REDIRECTS = 10;

/** Follows redirects as fetch does: the Authorization header goes to no other origin. */
export async function uncheckedFetch(url: string, init: Init): Promise<Response> {
  let { headers } = init;
  for (let hops = 0, at = new URL(url);; hops++) {
    const answer = await ask(at, { ...init, headers });
    const { statusCode: status = 0, headers: { location } } = answer;
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) {
      return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array<ArrayBuffer>>, {
        status,
        headers: Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
          values.map((value): [string, string] => [name, value])
        ),
      });
    }
    answer.destroy();
    if (hops === MOST_REDIRECTS) throw new Error("too many redirects");
    const next = new URL(location, at);
    if (next.origin !== at.origin) {
      headers = Object.fromEntries(
        Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"),
      );
    }
    at = next;
  }
}

function ask(url: URL, { method, headers, body, signal }: Init): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { protocol, host, pathname, search } = url;
    const plain = { method, headers: { ...headers, host }, path: `${pathname}${search}`, signal };
    const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const port = Number(url.port || (protocol === "http:" ? 80 : 443));
    const place = { host: hostname, port };
    // The options of https.request for this have no effect in Deno 2.7.
    const createConnection = () =>
      tls.connect({
        ...place,
        rejectUnauthorized: false,
        ...isIP(hostname) === 0 ? { servername: hostname } : {},
      });
    const sending = http.request({
      ...plain,
      ...place,
      ...protocol === "http:" ? {} : { createConnection },
    }, resolve);
    sending.once("error", reject);
    sending.end(body);
  });
}
