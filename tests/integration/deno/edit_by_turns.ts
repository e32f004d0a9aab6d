/**
 * Reads a key from the terminal, opens a text in the editor, and reads a key again. Prints each,
 * and whether it is interrupted.
 */
import { denoHost } from "../../../src/deno/host.ts";
import { printable } from "../../../src/printable.ts";

const host = denoHost();
await key();
const text = await host.edit("make\n", "build.sh");
host.terminal.out(printable`saved ${JSON.stringify(text)}\n`);
await key();
host.terminal.out(printable`interrupted: ${`${host.interrupt.aborted}`}\n`);
Deno.exit(0);

async function key(): Promise<void> {
  await using raw = host.terminal.raw();
  host.terminal.out(printable`key?\n`);
  for await (const key of raw.keys) {
    host.terminal.out(printable`got ${new TextDecoder().decode(key)}\n`);
    break;
  }
}
