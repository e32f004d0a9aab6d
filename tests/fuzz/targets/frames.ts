import assert from "node:assert/strict";
import { decodeFrame, encodeFrame, encodeResize, frameEncoder } from "../../../src/kube/frames.ts";
import corpus from "../corpus/frames.json" with { type: "json" };
import { fc, type Target } from "../target.ts";

interface Input {
  readonly channel: number;
  readonly payloads: number[][];
}

export const framesTarget: Target<Input> = {
  name: "frames",
  claim: "a message is its channel and its payload, alone and in a row, for any bytes",
  inputs: fc.record({
    channel: fc.nat(255),
    payloads: fc.array(fc.array(fc.nat(255), { maxLength: 20 }), { maxLength: 5 }),
  }),
  check({ channel, payloads }) {
    const encode = frameEncoder(channel);
    for (const payload of payloads) {
      const bytes = Uint8Array.from(payload);
      for (const message of [encodeFrame(channel, bytes), encode(bytes)]) {
        assert.deepEqual(decodeFrame(message.slice()), { channel, payload: bytes });
      }
      const frame = decodeFrame(bytes);
      assert.equal(frame?.channel, payload[0]);
      assert.deepEqual([...frame?.payload ?? []], payload.slice(1));
      const [columns = 80, rows = 24] = payload;
      const size = new TextDecoder().decode(encodeResize(columns, rows).subarray(1));
      assert.deepEqual(JSON.parse(size), { Width: columns, Height: rows });
    }
  },
  corpus,
  runs: 30_000,
};
