import assert from "node:assert/strict";
import { ConversationLog } from "../../../src/kube/conversation.ts";

function shown(...chunks: (string | Uint8Array)[]): string[] {
  const lines: string[] = [];
  const log = new ConversationLog((line) => lines.push(line), "<");
  for (const chunk of chunks) {
    log.add(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  }
  return lines;
}

Deno.test("whole lines are shown, however they are cut into chunks", () => {
  assert.deepEqual(shown("look ./a\nas", "k\n", "pi"), ["< look ./a", "< ask"]);
});

Deno.test("nothing is shown from the first binary data on", () => {
  const tar = new Uint8Array(512);
  tar.set(new TextEncoder().encode("a.txt"));
  assert.deepEqual(shown("plain\n", tar, "text\n"), ["< plain", "< (binary data)"]);
  const both = new Uint8Array([...new TextEncoder().encode("gzip\n"), 0x1f, 0x8b, 8, 0]);
  assert.deepEqual(shown(both), ["< gzip", "< (binary data)"]);
});

Deno.test("text without a newline is not a line, and is not kept forever", () => {
  assert.deepEqual(shown("a".repeat(6_000), "a".repeat(6_000), "\nb\n"), ["< (binary data)"]);
});
