/**
 * By turns reads a key and has a program read a line, each from the terminal, ROUNDS times; then reads
 * BYTES keys and says their sha256. Says its pid, and what it waits for.
 */
import { denoTerminal } from "../../../src/deno/terminal.ts";
import { printable } from "../../../src/printable.ts";

const [rounds, bytes] = Deno.args.map(Number);
const terminal = denoTerminal();
terminal.out(printable`pid ${Deno.pid}\n`);
for (let round = 1; round <= rounds; round++) {
  const raw = terminal.raw();
  terminal.out(printable`key ${round}?\n`);
  for await (const key of raw.keys) {
    terminal.out(printable`got ${key.length} bytes: ${key[0]}\n`);
    break;
  }
  await raw[Symbol.asyncDispose]();
  terminal.out(printable`line ${round}?\n`);
  await new Deno.Command("head", { args: ["-n1"] }).spawn().status;
}
using raw = terminal.raw();
terminal.out(printable`paste?\n`);
const paste = new Uint8Array(bytes);
let count = 0;
for await (const part of raw.keys) {
  paste.set(part, count);
  count += part.length;
  if (count >= bytes) break;
}
const digest = await crypto.subtle.digest("SHA-256", paste);
terminal.out(printable`pasted ${new Uint8Array(digest).toHex()}\n`);
