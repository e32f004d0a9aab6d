/** Wrong answers from the server or from something in front of it. */
import { type Answer, answerBytes } from "../proxy/http.ts";
import { ENDLESS, type Fault, lasting, passing, USUAL_SECONDS } from "./fault.ts";
import type { FaultContext } from "./context.ts";
import type { Link } from "../proxy/link.ts";

const PAGE = "<!doctype html><html><body><h1>Sign in to the proxy</h1></body></html>\n";
/** The number of bytes of an endless answer, after which it falls silent. */
const ENDLESS_BYTES = 256 * 1024 * 1024;

function status(code: number, reason: string): Answer {
  const body = { kind: "Status", apiVersion: "v1", status: "Failure", reason, code };
  return { status: code, body: JSON.stringify({ ...body, message: `injected: ${reason}` }) };
}

function answering(name: string, answer: Answer, more: Partial<Fault> = {}): Fault {
  return {
    name,
    spot: "request",
    times: 1,
    codes: passing,
    endSeconds: USUAL_SECONDS,
    strike: async ({ exchange }) => {
      await exchange.link.write("down", answerBytes(answer));
      return undefined;
    },
    ...more,
  };
}

const wrong = { codes: lasting, forgesLogs: true };
const always = { ...wrong, times: ENDLESS, endSeconds: 90 };
const later = { headers: { "retry-after": "1" } };

/** Temporary errors: a retry succeeds. */
export const busy = [
  answering("429 once", { ...status(429, "TooManyRequests"), ...later }),
  answering("500 once", status(500, "InternalError")),
  answering("502 once", { status: 502, headers: { "content-type": "text/html" }, body: PAGE }),
  answering("503 once", { ...status(503, "ServiceUnavailable"), ...later }),
  answering("504 once", status(504, "Timeout")),
  answering("401 once", status(401, "Unauthorized")),
];

/** Refusals, which a retry does not change. */
export const refusals = [
  answering("401 each time", status(401, "Unauthorized"), always),
  answering("403 each time", status(403, "Forbidden"), always),
  answering("404 once", status(404, "NotFound"), wrong),
  answering("409 once", status(409, "Conflict"), wrong),
  answering("410 once", status(410, "Expired"), wrong),
  answering("503 each time", { ...status(503, "ServiceUnavailable"), ...later }, always),
];

/** Answers of another kind than requested. */
export const lies = [
  answering("a page of HTML", {
    status: 200,
    headers: { "content-type": "text/html" },
    body: PAGE,
  }, wrong),
  answering("an empty answer", { status: 200 }, wrong),
  answering(
    "garbage",
    { status: 200, body: '{"kind":"List","items":[{"metad\u0000\u001b]0;' },
    wrong,
  ),
  answering("null", { status: 200, body: "null\n" }, wrong),
  answering(
    "a list without items",
    { status: 200, body: '{"kind":"List","metadata":{}}\n' },
    wrong,
  ),
  answering("items that are not objects", { status: 200, body: '{"items":[null,7,"x"]}\n' }, wrong),
  answering("a Status of another shape", {
    status: 422,
    body: '{"kind":"Status","message":{"a":[1]},"reason":7,"code":"x"}',
  }, wrong),
];

/** A body that never ends: the client must stop reading it. */
export const endless: Fault = {
  ...answering("an answer without end", { status: 200 }, { ...wrong, endSeconds: 90 }),
  async strike({ exchange: { link } }, context) {
    await endlessBody(link, context);
    return undefined;
  },
};

async function endlessBody(link: Link, { over, pause }: FaultContext): Promise<void> {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
  await link.write("down", new TextEncoder().encode(`${head}{"items":["`));
  const piece = new Uint8Array(256 * 1024).fill(97);
  for (let sent = 0; sent < ENDLESS_BYTES && !over.aborted && !link.isClosed;) {
    await link.write("down", piece);
    sent += piece.length;
  }
  while (!over.aborted && !link.isClosed) await pause(500);
}

/** The server handles the request, but its answer is lost. */
export const answerLost: Fault = {
  ...answering("done, the answer lost", { status: 200 }),
  spot: "answer",
  strike({ exchange: { link } }) {
    link.reset();
    return Promise.resolve(undefined);
  },
};

/** The answer is lost, and the network sends the request to the server again. */
export const repeated: Fault = {
  ...answering("sent twice", { status: 200 }),
  async strike({ exchange: { link }, data }) {
    await link.repeat(data);
    return data;
  },
};
