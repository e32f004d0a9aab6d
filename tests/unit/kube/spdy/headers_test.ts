import assert from "node:assert/strict";
import { constants, createDeflate } from "node:zlib";
import { DICTIONARY, DICTIONARY_ID } from "../../../../src/kube/spdy/dictionary.ts";
import { SpdyError } from "../../../../src/kube/spdy/frames.ts";
import { HeaderReader, type Headers, HeaderWriter } from "../../../../src/kube/spdy/headers.ts";

const LISTS: Headers[] = [
  new Map([["streamtype", "error"]]),
  new Map([["streamtype", "stdin"], ["port", "80"]]),
  new Map(),
  new Map([["ä", "\0\n"]]),
];

Deno.test("the dictionary has the checksum by which zlib names it", () => {
  let [low, high] = [1, 0];
  for (const byte of DICTIONARY) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  assert.equal(high * 0x10000 + low, DICTIONARY_ID);
});

Deno.test("lists of headers are read as they were written, one after the other", async () => {
  const writer = new HeaderWriter();
  const reader = new HeaderReader();
  for (const list of LISTS) assert.deepEqual(await reader.read(writer.write(list)), list);
  reader.close();
});

/** Compresses as the libraries of Go do, unlike HeaderWriter. */
async function compressed(lists: Uint8Array[]): Promise<Uint8Array[]> {
  const deflate = createDeflate({ level: 9, dictionary: DICTIONARY });
  const blocks: Uint8Array[] = [];
  let block: Uint8Array[] = [];
  deflate.on("data", (bytes) => block.push(bytes));
  for (const list of lists) {
    block = [];
    deflate.write(list);
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    blocks.push(Uint8Array.from(block.flatMap((bytes) => [...bytes])));
  }
  deflate.destroy();
  return blocks;
}

const ERROR_LIST = Uint8Array.of(
  ...[0, 0, 0, 1, 0, 0, 0, 10],
  ...new TextEncoder().encode("streamtype"),
  ...[0, 0, 0, 5],
  ...new TextEncoder().encode("error"),
);

Deno.test("lists that another program compresses with the dictionary are read", async () => {
  const reader = new HeaderReader();
  for (const block of await compressed([ERROR_LIST, ERROR_LIST])) {
    assert.deepEqual(await reader.read(block), LISTS[0]);
  }
  reader.close();
});

const UNREADABLE = "headers that are not compressed as SPDY/3.1 does";

async function refusal(block: Uint8Array): Promise<string> {
  const reader = new HeaderReader();
  const error = await reader.read(block).then(() => undefined, (error) => error);
  assert.ok(error instanceof SpdyError, String(error));
  await assert.rejects(reader.read(block), SpdyError, "and none is read after it");
  reader.close();
  return error.message;
}

Deno.test("a list of another kind is refused", async () => {
  const list = (...bytes: number[]) => compressed([Uint8Array.from(bytes)]);
  const [cut] = await list(0, 0, 0, 1, 0, 0, 0, 10, 65);
  assert.equal(await refusal(cut), "a list of headers that ends early");
  const [many] = await list(0xff, 0xff, 0xff, 0xff);
  assert.equal(await refusal(many), "a list of 4294967295 headers");
  const [more] = await list(0, 0, 0, 0, 1);
  assert.equal(await refusal(more), "a list of headers with bytes after its end");
  assert.equal(await refusal(new TextEncoder().encode("HTTP/1.1 400")), UNREADABLE);
});

Deno.test("a list that inflates to megabytes is given up early", async () => {
  const [bomb] = await compressed([new Uint8Array(16 << 20)]);
  assert.ok(bomb.length < 20_000);
  assert.equal(await refusal(bomb), "a list of headers with more than 65535 bytes");
});
