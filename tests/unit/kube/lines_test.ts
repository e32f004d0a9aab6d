import assert from "node:assert/strict";
import { pathBytes } from "../../../src/path_bytes.ts";
import { type LinePiece, linePieces, lines, PIECE_CHARS } from "../../../src/kube/lines.ts";

async function read(...chunks: (string | number[])[]): Promise<string[]> {
  const bytes = chunks.map((chunk) =>
    typeof chunk === "string" ? new TextEncoder().encode(chunk) : Uint8Array.from(chunk)
  );
  return await Array.fromAsync(lines(ReadableStream.from(bytes) as ReadableStream<Uint8Array>));
}

Deno.test("lines come without their newline, however the chunks are cut", async () => {
  assert.deepEqual(await read("a\nb", "c\n", "\n", "d", "e\nf\n"), ["a", "bc", "", "de", "f"]);
});

Deno.test("a last line without a newline counts, a last newline begins no line", async () => {
  assert.deepEqual(await read("a\nb"), ["a", "b"]);
  assert.deepEqual(await read("a\n"), ["a"]);
  assert.deepEqual(await read(), []);
});

Deno.test("a character that is cut into two chunks stays whole", async () => {
  assert.deepEqual(await read([0xc3], [0xa4, 0x0a, 0xe2, 0x82], [0xac]), ["ä", "€"]);
});

Deno.test("a reader that stops cancels the stream", async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("a\nb\n")),
    cancel: () => void (cancelled = true),
  });
  for await (const line of lines(stream)) {
    assert.equal(line, "a");
    break;
  }
  assert.equal(cancelled, true);
});

Deno.test("the lines before a break of the stream are read, then its error is thrown", async () => {
  let pulls = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(new TextEncoder().encode("a\nb"));
      else controller.error(new Error("broken"));
    },
  }, { highWaterMark: 0 });
  const read: string[] = [];
  await assert.rejects(async () => {
    for await (const line of lines(stream)) read.push(line);
  }, { message: "broken" });
  assert.deepEqual(read, ["a"]);
});

/** Returns a stream of these chunks, and whether it was read and cancelled. */
function streamOf(chunks: Iterable<string>) {
  const state = { taken: 0, isCancelled: false };
  const iterator = chunks[Symbol.iterator]();
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) return controller.close();
      state.taken += 1;
      controller.enqueue(new TextEncoder().encode(value));
    },
    cancel: () => void (state.isCancelled = true),
  }, { highWaterMark: 0 });
  return { stream, state };
}

async function* onePiece<T>(chunks: AsyncIterable<T[]>): AsyncGenerator<T> {
  for await (const pieces of chunks) yield* pieces;
}

function allPieces(stream: ReadableStream<Uint8Array>): Promise<LinePiece[]> {
  return Array.fromAsync(onePiece(linePieces(stream)));
}

function* repeat(chunk: string, times: number): Generator<string> {
  for (let i = 0; i < times; i++) yield chunk;
}

Deno.test("a short line is one piece with a start and an end", async () => {
  const { stream } = streamOf(["a\nb", "c\n\nd"]);
  assert.deepEqual(await allPieces(stream), [
    { text: "a", isStart: true, isEnd: true },
    { text: "bc", isStart: true, isEnd: true },
    { text: "", isStart: true, isEnd: true },
    { text: "d", isStart: true, isEnd: true },
  ]);
});

Deno.test("a long line comes in pieces as they arrive, and the last piece is marked", async () => {
  const chunk = "x".repeat(64 * 1024);
  const { stream, state } = streamOf([...repeat(chunk, 40), "end\nnext\n"]);
  const lengths: number[] = [];
  let text = "";
  for await (const piece of onePiece(linePieces(stream))) {
    if (lengths.length === 0) assert.equal(state.taken, 16);
    if (piece.text === "next") {
      assert.deepEqual([piece.isStart, piece.isEnd], [true, true]);
      continue;
    }
    assert.equal(piece.isStart, lengths.length === 0);
    assert.equal(piece.isEnd, piece.text.endsWith("end"));
    lengths.push(piece.text.length);
    text += piece.text;
  }
  assert.deepEqual(lengths, [PIECE_CHARS, PIECE_CHARS, chunk.length * 8 + 3]);
  assert.equal(text, chunk.repeat(40) + "end");
});

Deno.test("a long line that ends exactly with a piece has an empty end", async () => {
  const { stream } = streamOf(["x".repeat(PIECE_CHARS), "\n"]);
  const pieces = await allPieces(stream);
  assert.deepEqual(pieces.map(({ text, isEnd }) => [text.length, isEnd]), [
    [PIECE_CHARS, false],
    [0, true],
  ]);
});

Deno.test("the work for a long line grows as the line does", async () => {
  /** How many characters were searched for a newline. */
  const searched = async (megabytes: number) => {
    const { stream } = streamOf(repeat("x".repeat(64 * 1024), megabytes * 16));
    let chars = 0;
    const { indexOf } = String.prototype;
    String.prototype.indexOf = function (this: string, ...args: Parameters<typeof indexOf>) {
      chars += this.length;
      return indexOf.apply(this, args);
    };
    try {
      for await (const _ of linePieces(stream));
    } finally {
      String.prototype.indexOf = indexOf;
    }
    return chars;
  };
  const [four, eight] = [await searched(4), await searched(8)];
  assert.ok(four >= 4 << 20 && eight < four * 2.2, `${four}, ${eight}`);
});

Deno.test("an endless line is an error, and reading stops", async () => {
  const { stream, state } = streamOf(repeat("x".repeat(1 << 20), 1000));
  await assert.rejects(Array.fromAsync(lines(stream)), {
    message: "the server's answer is a line of more than 8 MiB",
  });
  assert.equal(state.taken, 8);
  assert.equal(state.isCancelled, true);
});

Deno.test("with onlyEnded a last line that was cut is left out", async () => {
  const { stream } = streamOf(["a\nb"]);
  assert.deepEqual(await Array.fromAsync(lines(stream, { onlyEnded: true })), ["a"]);
});

Deno.test("a signal ends the reading as the stream's end does", async () => {
  const stop = new AbortController();
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("a\n")),
    cancel: () => void (isCancelled = true),
  });
  const read: string[] = [];
  for await (const line of lines(stream, { signal: stop.signal })) {
    read.push(line);
    stop.abort();
  }
  assert.deepEqual(read, ["a"]);
  assert.equal(isCancelled, true);
});

Deno.test("bytes of a log that are not UTF-8 are kept, however the chunks are cut", async () => {
  const bytes = Uint8Array.from([
    ...[0xef, 0xbb, 0xbf, 0x61, 0x00, 0x0d, 0x0a], // a byte order mark, NUL, CR
    ...[0xff, 0xfe, 0xc3, 0xa4, 0xe2, 0x82, 0x0a], // a character that is not whole
    ...[0xf0, 0x9f, 0x8e, 0x89, 0xc3],
  ]);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const chunks = [bytes.slice(0, cut), bytes.slice(cut)];
    const pieces = await allPieces(ReadableStream.from(chunks));
    assert.equal(pieces.length, 3);
    assert.deepEqual(pathBytes(pieces.map(({ text }) => text).join("\n")), bytes);
  }
});
