import assert from "node:assert/strict";
import { pathBytes } from "../../../src/path_bytes.ts";
import { NoAnswer, Reply } from "../../../src/run/reply.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("answers end with a line, wherever what comes is cut", async () => {
  const said = "a\nready or not\nready\nready\nüb\nready\nreceipt 1 2 3\n";
  for (let size = 1; size <= said.length + 1; size++) {
    const reply = new Reply();
    const all = bytes(said);
    for (let at = 0; at < all.length; at += size) reply.stdout(all.subarray(at, at + size));
    assert.equal(await reply.answer(), "a\nready or not\n", `${size}`);
    assert.equal(await reply.answer(), "", `${size}`);
    assert.equal(await reply.answer(), "üb\n", `${size}`);
    assert.equal(reply.out, "receipt 1 2 3\n", `${size}`);
  }
});

Deno.test("a name that is not UTF-8 is told as it is, wherever it is cut", async () => {
  const said = pathBytes("81a4 1 2 ./caf\udce9\udcc3\nready\n");
  for (let size = 1; size <= said.length; size++) {
    const reply = new Reply();
    for (let at = 0; at < said.length; at += size) reply.stdout(said.subarray(at, at + size));
    assert.equal(await reply.answer(), "81a4 1 2 ./caf\udce9\udcc3\n", `${size}`);
  }
});

Deno.test("an answer is waited for until it is whole", async () => {
  const reply = new Reply();
  reply.stdout(bytes("a\nrea"));
  const answer = reply.answer();
  reply.stdout(bytes("dy\n"));
  assert.equal(await answer, "a\n");
});

Deno.test("who ends, or wants no more, gives no answer", async () => {
  const ended = new Reply();
  const waiting = ended.answer();
  ended.end();
  await assert.rejects(waiting, NoAnswer);
  await assert.rejects(ended.answer(), NoAnswer);
  const over = new Reply();
  over.stdout(bytes("over\n"));
  await assert.rejects(over.answer(), NoAnswer);
  assert.ok(over.wantsNoMore);
});

Deno.test("what is kept of endless words is their end", () => {
  const reply = new Reply();
  for (let at = 0; at < 5_000; at++) {
    reply.stderr(bytes(`line ${at}\n`));
    reply.stdout(bytes(`line ${at}\n`));
  }
  for (const text of [reply.err, reply.out]) {
    assert.ok(text.length <= 10_000 && text.endsWith("line 4999\n"));
  }
});
