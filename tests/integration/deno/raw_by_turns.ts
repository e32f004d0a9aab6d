/**
 * Reads a key from the terminal and lets another program read a line, ROUNDS times. Then reads
 * BYTES keys and prints their sha256. Also prints its pid, and what it waits for.
 */
import { denoTerminal } from "../../../src/deno/terminal/terminal.ts";
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
