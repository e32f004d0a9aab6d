import { app } from "./src/app.ts";
import { denoHost } from "./src/deno/host.ts";

if (import.meta.main) {
  Deno.exit(await app(Deno.args, denoHost()));
}
