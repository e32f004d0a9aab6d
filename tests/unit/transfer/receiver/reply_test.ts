import assert from "node:assert/strict";
import { pathBytes } from "../../../../src/path_bytes.ts";
import { NoAnswer, Reply } from "../../../../src/transfer/receiver/reply.ts";

const read = async (reply: Reply) => (await Array.fromAsync(reply.answer())).join("");
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("answers end with their last line, however the output is cut", async () => {
  const said = "a\nready or not\nready\nready\nüb\nready\nreceipt 1 2 3\n";
  for (let size = 1; size <= said.length + 1; size++) {
    const reply = new Reply();
    const all = bytes(said);
    for (let at = 0; at < all.length; at += size) reply.stdout(all.subarray(at, at + size));
    assert.equal(await read(reply), "a\nready or not\n", `${size}`);
    assert.equal(await read(reply), "", `${size}`);
    assert.equal(await read(reply), "üb\n", `${size}`);
    assert.equal(reply.out, "receipt 1 2 3\n", `${size}`);
  }
});

Deno.test("a name that is not UTF-8 is kept, however the output is cut", async () => {
  const said = pathBytes("81a4 1 2 ./caf\udce9\udcc3\nready\n");
  for (let size = 1; size <= said.length; size++) {
    const reply = new Reply();
    for (let at = 0; at < said.length; at += size) reply.stdout(said.subarray(at, at + size));
    assert.equal(await read(reply), "81a4 1 2 ./caf\udce9\udcc3\n", `${size}`);
  }
});

Deno.test("an answer is read while it arrives, in whole lines", async () => {
  const reply = new Reply();
  reply.stdout(bytes("a\nb\nready"));
  const answer = reply.answer();
  assert.equal((await answer.next()).value, "a\nb\n");
  reply.stdout(bytes(" or not\nready\nover"));
  assert.equal((await answer.next()).value, "ready or not\n");
  assert.ok((await answer.next()).done);
});

Deno.test("the reader waits until an answer is complete", async () => {
  const reply = new Reply();
  reply.stdout(bytes("a\nrea"));
  const answer = read(reply);
  reply.stdout(bytes("dy\n"));
  assert.equal(await answer, "a\n");
});

Deno.test("a receiver that ends, or wants no more input, gives no answer", async () => {
  const ended = new Reply();
  const waiting = read(ended);
  ended.end();
  await assert.rejects(waiting, NoAnswer);
  await assert.rejects(read(ended), NoAnswer);
  const over = new Reply();
  over.stdout(bytes("over\n"));
  await assert.rejects(read(over), NoAnswer);
  assert.ok(over.wantsNoMore);
});

Deno.test("endless output is kept up to a limit, from its end", () => {
  const reply = new Reply();
  for (let at = 0; at < 5_000; at++) {
    reply.stderr(bytes(`line ${at}\n`));
    reply.stdout(bytes(`line ${at}\n`));
  }
  for (const text of [reply.err, reply.out]) {
    assert.ok(text.length <= 10_000 && text.endsWith("line 4999\n"));
  }
});
