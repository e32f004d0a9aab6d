import assert from "node:assert/strict";
import {
  CANCEL,
  encodeData,
  encodeGoAway,
  encodePing,
  encodeRstStream,
  encodeSynReply,
  encodeSynStream,
  type Frame,
  FrameReader,
  SpdyError,
} from "../../../../src/kube/spdy/frames.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (text: string) => Uint8Array.from(text.split(" "), (byte) => parseInt(byte, 16));

function read(...chunks: Uint8Array[]): Frame[] {
  const reader = new FrameReader();
  const frames = chunks.flatMap((chunk) => [...reader.read(chunk)]);
  assert.equal(reader.isBetweenFrames, true);
  return frames;
}

Deno.test("the frames of the protocol's examples are these bytes", () => {
  const block = hex("aa bb");
  assert.deepEqual(encodeData(3, bytes("hi"), true), hex("00 00 00 03 01 00 00 02 68 69"));
  assert.deepEqual(encodePing(1), hex("80 03 00 06 00 00 00 04 00 00 00 01"));
  assert.deepEqual(
    encodeSynStream(1, block),
    hex("80 03 00 01 00 00 00 0c 00 00 00 01 00 00 00 00 00 00 aa bb"),
  );
  assert.deepEqual(encodeSynReply(1, block), hex("80 03 00 02 00 00 00 06 00 00 00 01 aa bb"));
  assert.deepEqual(
    encodeRstStream(5, CANCEL),
    hex("80 03 00 03 00 00 00 08 00 00 00 05 00 00 00 05"),
  );
  assert.deepEqual(encodeGoAway(7), hex("80 03 00 07 00 00 00 08 00 00 00 07 00 00 00 00"));
});

Deno.test("each frame is read as it was written", () => {
  const block = bytes("block");
  const written = [
    encodeSynStream(1, block),
    encodeSynReply(1, block),
    encodeData(0x7fff_ffff, bytes("x")),
    encodeData(1, bytes(""), true),
    encodePing(0xffff_fffe),
    encodeRstStream(3, 2),
    encodeGoAway(7),
  ];
  assert.deepEqual(read(...written), [
    { type: "synStream", streamId: 1, isLast: false, block },
    { type: "synReply", streamId: 1, isLast: false, block },
    { type: "data", streamId: 0x7fff_ffff, isLast: false, payload: bytes("x") },
    { type: "data", streamId: 1, isLast: true, payload: bytes("") },
    { type: "ping", id: 0xffff_fffe },
    { type: "rstStream", streamId: 3, status: 2 },
    { type: "goAway", status: 0 },
  ]);
});

Deno.test("a data frame arrives in pieces, and the last one ends the stream", () => {
  const reader = new FrameReader();
  const frame = encodeData(3, bytes("abcdef"), true);
  assert.deepEqual([...reader.read(frame.subarray(0, 8))], []);
  assert.equal(reader.isBetweenFrames, false);
  const pieces = [[8, 10], [10, 14]].map(([from, to]) => [...reader.read(frame.slice(from, to))]);
  assert.deepEqual(pieces.flat(), [
    { type: "data", streamId: 3, isLast: false, payload: bytes("ab") },
    { type: "data", streamId: 3, isLast: true, payload: bytes("cdef") },
  ]);
  assert.equal(reader.isBetweenFrames, true);
});

Deno.test("frames that an exec does not use are skipped: settings, windows, headers", () => {
  const settings = hex("80 03 00 04 00 00 00 0c 00 00 00 01 04 00 00 00 00 00 00 64");
  const window = hex("80 03 00 09 00 00 00 08 00 00 00 03 00 01 00 00");
  const headers = hex("80 03 00 08 00 00 00 04 00 00 00 03");
  assert.deepEqual(read(settings, window, headers), Array(3).fill({ type: "other" }));
});

for (
  const [what, frame, message] of [
    ["another version", hex("80 02 00 06 00 00 00 04"), "a frame of version 2"],
    ["a long control frame", hex("80 03 00 02 00 ff ff ff"), "a control frame of 16777215 bytes"],
    [
      "a short control frame",
      hex("80 03 00 03 00 00 00 04 00 00 00 01"),
      "a control frame of type 3 with 4 bytes",
    ],
    ["data of stream 0", hex("00 00 00 00 00 00 00 01 61"), "a frame of stream 0"],
    ["a reply of stream 0", hex("80 03 00 02 00 00 00 04 80 00 00 00"), "a frame of stream 0"],
  ] as const
) {
  Deno.test(`a reader refuses ${what}`, () => {
    const reader = new FrameReader();
    assert.throws(() => [...reader.read(frame)], new SpdyError(message));
  });
}
