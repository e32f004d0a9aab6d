import assert from "node:assert/strict";
import {
  Channel,
  decodeFrame,
  encodeClose,
  encodeFrame,
  encodeResize,
  exitCodeOf,
  frameEncoder,
  statusOfExit,
} from "../../../src/kube/frames.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test('"hi" on stdin is the bytes 0, 104, 105', () => {
  assert.deepEqual([...encodeFrame(Channel.stdin, bytes("hi"))], [0, 104, 105]);
});

Deno.test("closing stdin is the bytes 255, 0", () => {
  assert.deepEqual([...encodeClose(Channel.stdin)], [255, 0]);
});

Deno.test("a terminal's size is JSON on channel 4", () => {
  const [channel, ...json] = encodeResize(80, 24);
  assert.equal(channel, 4);
  assert.equal(new TextDecoder().decode(Uint8Array.from(json)), '{"Width":80,"Height":24}');
});

Deno.test("a frame is a copy of its payload", () => {
  const payload = bytes("hi");
  const frame = encodeFrame(1, payload);
  payload.fill(0);
  assert.deepEqual([...frame], [1, 104, 105]);
});

Deno.test("consecutive frames contain only their own bytes", () => {
  const encode = frameEncoder(Channel.stdin);
  for (const text of ["hi", "a longer one", "", "no"]) {
    assert.deepEqual([...encode(bytes(text))], [0, ...bytes(text)]);
  }
});

Deno.test("a message is read as its channel and the rest, a probe as nothing", () => {
  assert.deepEqual(decodeFrame(Uint8Array.of(2, 104, 105)), { channel: 2, payload: bytes("hi") });
  assert.deepEqual(decodeFrame(Uint8Array.of(1)), { channel: 1, payload: new Uint8Array() });
  assert.equal(decodeFrame(new Uint8Array()), undefined);
});

Deno.test("Success is exit code 0, an ExitCode cause is that code, anything else never ran", () => {
  assert.equal(exitCodeOf({ status: "Success" }), 0);
  const causes = [{ reason: "Other", message: "1" }, { reason: "ExitCode", message: "13" }];
  assert.equal(exitCodeOf({ status: "Failure", details: { causes } }), 13);
  assert.equal(exitCodeOf({ status: "Failure", reason: "InternalError" }), undefined);
});

Deno.test("the Status of an exit code says that exit code", () => {
  for (const code of [0, 1, 137]) assert.equal(exitCodeOf(statusOfExit(code)), code);
  assert.equal(
    statusOfExit(2).message,
    "command terminated with non-zero exit code: exit status 2",
  );
});
