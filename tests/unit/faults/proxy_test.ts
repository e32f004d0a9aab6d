import assert from "node:assert/strict";
import { ByteReader } from "../../faults/proxy/byte_reader.ts";
import { kindOf } from "../../faults/proxy/exchange.ts";
import { END, flipped } from "../../faults/proxy/frames.ts";
import { readBody, readHead } from "../../faults/proxy/http.ts";
import { spdyFrames } from "../../faults/proxy/spdy_frames.ts";
import { readWebSocketFrame } from "../../faults/proxy/websocket_frames.ts";
import { encodeData, encodePing, encodeSynStream } from "../../../src/kube/spdy/frames.ts";
import { HeaderWriter } from "../../../src/kube/spdy/headers.ts";

/** Returns a reader that gets one byte at a time. */
function readerOf(bytes: Uint8Array): ByteReader {
  return new ByteReader(ReadableStream.from([...bytes].map((byte) => Uint8Array.of(byte))));
}

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("a body ends after its length, and the next head follows", async () => {
  const text = "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n";
  const reader = readerOf(encode(text));
  const head = await readHead(reader);
  const parts = await Array.fromAsync(readBody(reader, head!, false));
  assert.equal(parts.map(decode).join(""), "abc");
  assert.equal((await readHead(reader))?.start, "GET /b HTTP/1.1");
});

Deno.test("a chunked body is passed on chunk by chunk, including the last one", async () => {
  const chunks = ["4\r\nabcd\r\n", "1\r\ne\r\n", "0\r\n\r\n"];
  const text = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks.join("")}`;
  const reader = readerOf(encode(text));
  const head = await readHead(reader);
  const parts = await Array.fromAsync(readBody(reader, head!, true));
  assert.deepEqual(parts.map(decode), chunks);
});

Deno.test("a frame's payload is unmasked, and its bytes stay unchanged", async () => {
  const mask = [1, 2, 3, 4];
  const payload = [0, 104, 105];
  const masked = payload.map((byte, at) => byte ^ mask[at % 4]);
  const bytes = Uint8Array.of(0x82, 0x80 | 3, ...mask, ...masked);
  const frame = await readWebSocketFrame(readerOf(bytes));
  assert.deepEqual(frame?.bytes, bytes);
  assert.deepEqual([...frame!.payload], payload.slice(1));
  assert.equal(frame!.channel, payload[0]);
});

Deno.test("a flipped frame differs in one bit of its data, not in its channel", async () => {
  const frame = (await readWebSocketFrame(readerOf(Uint8Array.of(0x82, 3, 0, 104, 105))))!;
  const changed = flipped(frame);
  const differing = [...changed].flatMap((byte, at) => byte === frame.bytes[at] ? [] : [at]);
  assert.equal(differing.length, 1);
  assert.ok(differing[0] > 2);
});

Deno.test("frames of SPDY have the channel of their stream, which the client names", async () => {
  const headers = new HeaderWriter();
  const open = (id: number, type: string) =>
    encodeSynStream(id, headers.write(new Map([["streamtype", type]])));
  const all = [
    open(1, "error"),
    open(3, "stdin"),
    encodeData(3, encode("hi")),
    encodePing(2),
    encodeData(1, encode("{}")),
    encodeData(3, new Uint8Array(0), true),
  ];
  const reader = new ByteReader(ReadableStream.from(all));
  const read = spdyFrames();
  const seen: [number | undefined, string][] = [];
  for (let frame; (frame = await read(reader)) !== undefined;) {
    seen.push([frame.channel, decode(frame.payload)]);
    assert.deepEqual(frame.bytes, all[seen.length - 1]);
  }
  assert.deepEqual(seen, [
    [undefined, ""],
    [undefined, ""],
    [0, "hi"],
    [undefined, ""],
    [3, "{}"],
    [END, ""],
  ]);
});

const NAMESPACE = "/apis/tekton.dev/v1/namespaces/n";
const CASES = [
  ["POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "", "review"],
  ["GET", `${NAMESPACE}/tasks/build`, "", "get"],
  ["POST", `${NAMESPACE}/taskruns?dryRun=All`, "", "dry run"],
  ["POST", `${NAMESPACE}/pipelineruns`, "", "create"],
  ["POST", `${NAMESPACE}/tasks`, "", "create object"],
  ["GET", `${NAMESPACE}/pipelineruns?fieldSelector=metadata.name%3Da`, "", "list run"],
  ["GET", `${NAMESPACE}/pipelineruns?fieldSelector=metadata.name%3Da&watch=1`, "", "watch run"],
  ["GET", `${NAMESPACE}/taskruns?labelSelector=a%3Db&watch=1`, "", "watch taskruns"],
  ["GET", "/api/v1/namespaces/n/pods?labelSelector=a%3Db&watch=1", "", "watch pods"],
  ["GET", "/api/v1/namespaces/n/pods/p/log?container=step-a", "", "step log"],
  ["GET", "/api/v1/namespaces/n/pods/p/exec?container=step-a", "", "exec"],
  ["PATCH", `${NAMESPACE}/taskruns/r`, '{"metadata":{"annotations":{}}}', "annotate"],
  ["PATCH", `${NAMESPACE}/taskruns/r`, '{"spec":{"status":"TaskRunCancelled"}}', "cancel"],
  ["PATCH", `${NAMESPACE}/pipelineruns/r`, '{"spec":{"status":null}}', "patch"],
] as const;

for (const [method, target, body, kind] of CASES) {
  Deno.test(`${method} ${target} ${body} is named ${kind}`, () => {
    assert.equal(kindOf({ method, target, body }), kind);
  });
}
