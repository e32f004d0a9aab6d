/**
 * Requests to a server whose certificate is not checked, for `--remote-skip-tls`. fetch cannot: its
 * only way is a flag of the whole program. Loaded on demand.
 */
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { Readable } from "node:stream";

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
    const sending = url.protocol === "http:"
      ? http.request(url, { method, headers, signal }, resolve)
      : https.request(url, { method, headers, signal, rejectUnauthorized: false }, resolve);
    sending.once("error", reject);
    sending.end(body);
  });
}
