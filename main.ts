import { app } from "./src/app.ts";
import { denoHost } from "./src/deno/host.ts";
import { oldDeno } from "./src/deno/version.ts";
import { printableLines } from "./src/printable.ts";

if (import.meta.main) {
  const host = denoHost();
  const old = oldDeno();
  if (old !== undefined) {
    host.terminal.err(printableLines(old));
    Deno.exit(2);
  }
  Deno.exit(await app(Deno.args, host));
}
