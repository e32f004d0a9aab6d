import assert from "node:assert/strict";
import { untilStray } from "../../../src/sandbox/node/process.ts";

const ENDED = Promise.resolve();
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a slow reader of a process that has ended gets all of its output", async () => {
  const parts = ["one", "two", "three"];
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(bytes(part));
    },
  }, { highWaterMark: 0 });
  const output = untilStray(source, ENDED);
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // longer than a stray's output is read
  assert.equal(await new Response(output).text(), "onetwothree");
});

Deno.test("the output of a process that has ended ends, though a stray holds it open", async () => {
  const source = new ReadableStream<Uint8Array>({ start: (its) => its.enqueue(bytes("all")) });
  assert.equal(await new Response(untilStray(source, ENDED)).text(), "all");
});
