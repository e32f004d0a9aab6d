import assert from "node:assert/strict";
import {
  encodeData,
  encodePing,
  encodeSynReply,
  encodeSynStream,
  type Frame,
  FrameReader,
  SpdyError,
} from "../../../src/kube/spdy/frames.ts";
import { HeaderReader, HeaderWriter } from "../../../src/kube/spdy/headers.ts";
import spdyCorpus from "../corpus/spdy.json" with { type: "json" };
import noiseCorpus from "../corpus/spdy_noise.json" with { type: "json" };
import { fc, type Target } from "../target.ts";

interface Conversation {
  /** [stream, bytes, whether they end the stream], or [0, the number of a ping] */
  readonly frames: [streamId: number, payload: number[], isLast: boolean][];
  /** Where the bytes are cut: the lengths of the chunks. */
  readonly cuts: number[];
  readonly headers: [name: string, value: string][];
}

const byte = fc.nat(255);

export const spdyTarget: Target<Conversation> = {
  name: "spdy",
  claim: "frames and headers are read as they were written, wherever their bytes are cut",
  inputs: fc.record({
    frames: fc.array(
      fc.tuple(
        fc.oneof(fc.nat(9), fc.constant(0x7fff_ffff)),
        fc.array(byte, { maxLength: 40 }),
        fc.boolean(),
      ),
      { maxLength: 6 },
    ),
    cuts: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
    headers: fc.uniqueArray(fc.tuple(fc.string({ unit: "binary" }), fc.string()), {
      maxLength: 5,
      selector: ([name]) => name,
    }),
  }),
  async check({ frames, cuts, headers }) {
    const writer = new HeaderWriter();
    const list = new Map(headers);
    const blocks = [writer.write(list), writer.write(list)];
    const sent = [
      encodeSynStream(1, blocks[0]),
      encodeSynReply(1, blocks[1]),
      ...frames.map(([streamId, payload, isLast]) =>
        streamId === 0
          ? encodePing(payload.length)
          : encodeData(streamId, Uint8Array.from(payload), isLast)
      ),
    ];
    const reader = new FrameReader();
    const arrived = cutUp(sent, cuts).flatMap((chunk) => [...reader.read(chunk)]);
    assert.equal(reader.isBetweenFrames, true);
    const [syn, reply, ...rest] = arrived;
    assert.ok(syn.type === "synStream" && reply.type === "synReply");
    const headerReader = new HeaderReader();
    for (const { block } of [syn, reply]) assert.deepEqual(await headerReader.read(block), list);
    headerReader.close();
    const written = frames.map(([streamId, payload, isLast]): Frame =>
      streamId === 0
        ? { type: "ping", id: payload.length }
        : { type: "data", streamId, isLast, payload: Uint8Array.from(payload) }
    );
    assert.deepEqual(streamsOf(rest), streamsOf(written));
  },
  corpus: spdyCorpus as unknown as Target<Conversation>["corpus"],
  runs: 2_000,
};

function cutUp(frames: Uint8Array[], lengths: number[]): Uint8Array[] {
  let left = Uint8Array.from(frames.flatMap((frame) => [...frame]));
  const chunks = lengths.map((length) => {
    const chunk = left.slice(0, length);
    left = left.slice(length);
    return chunk;
  });
  return [...chunks, left];
}

/** Returns the pings, and the bytes and the ends of each stream: a frame may arrive in pieces. */
function streamsOf(frames: Frame[]): Record<number, (number | "last")[]> {
  const streams: Record<number, (number | "last")[]> = {};
  for (const frame of frames) {
    if (frame.type === "ping") (streams[0] ??= []).push(frame.id);
    if (frame.type !== "data") continue;
    const stream = streams[frame.streamId] ??= [];
    stream.push(...frame.payload, ...frame.isLast ? ["last" as const] : []);
  }
  return streams;
}

export const spdyNoiseTarget: Target<number[][]> = {
  name: "spdy_noise",
  claim: "any bytes are frames, or an error of the protocol, and so is any list of headers",
  inputs: fc.array(
    fc.oneof(
      fc.array(byte, { maxLength: 40 }),
      // The beginnings of control frames, so that more than their version is looked at.
      fc.tuple(fc.nat(12), byte, fc.nat(20), fc.array(byte, { maxLength: 20 })).map((
        [type, flags, length, rest],
      ) => [0x80, 3, 0, type, flags, 0, 0, length, ...rest]),
    ),
    { maxLength: 6 },
  ),
  async check(chunks) {
    const reader = new FrameReader();
    const headers = new HeaderReader();
    try {
      for (const chunk of chunks) {
        for (const frame of reader.read(Uint8Array.from(chunk))) {
          if (frame.type === "synStream" || frame.type === "synReply") {
            await headers.read(frame.block);
          }
        }
      }
    } catch (error) {
      if (!(error instanceof SpdyError)) throw error;
    } finally {
      headers.close();
    }
  },
  corpus: noiseCorpus as unknown as Target<number[][]>["corpus"],
  runs: 10_000,
};
