import assert from "node:assert/strict";
import { lines } from "../../../src/kube/lines.ts";

async function read(...chunks: (string | number[])[]): Promise<string[]> {
  const bytes = chunks.map((chunk) =>
    typeof chunk === "string" ? new TextEncoder().encode(chunk) : Uint8Array.from(chunk)
  );
  return await Array.fromAsync(lines(ReadableStream.from(bytes) as ReadableStream<Uint8Array>));
}

Deno.test("lines come without their newline, wherever the chunks are cut", async () => {
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

Deno.test("one who reads no further cancels the stream", async () => {
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

Deno.test("the lines before a stream breaks are read, and then its error comes", async () => {
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
