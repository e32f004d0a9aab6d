/** Shows why the program is compiled with --allow-all, see scripts/build.ts. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { temporaryDirectory } from "../../support/temporary.ts";

const ALL_BUT_SYS = ["read", "write", "net", "env", "run", "ffi", "import"]
  .map((kind) => `--allow-${kind}`);

Deno.test(
  "Deno opens no file in /dev/shm where all that the program needs is allowed, but not all",
  {
    ignore: !existsSync("/dev/shm"),
  },
  async () => {
    using place = temporaryDirectory();
    assert.ok(place.path.startsWith("/dev/shm/"));
    const script = `${place.path}/read.ts`;
    writeFileSync(script, "Deno.readTextFileSync(new URL(import.meta.url));");
    assert.match(await run(script, ALL_BUT_SYS), /Requires all access to "\/dev\/shm\//);
    assert.equal(await run(script, ["--allow-all"]), "");
  },
);

/** Runs the script, and returns its stderr. */
async function run(script: string, permissions: string[]): Promise<string> {
  const args = ["run", "--quiet", "--no-prompt", "--no-config", ...permissions, script];
  const env = { NO_COLOR: "1" };
  const { stderr } = await new Deno.Command(Deno.execPath(), { args, env }).output();
  return new TextDecoder().decode(stderr);
}
