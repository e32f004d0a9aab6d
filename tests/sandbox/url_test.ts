/**
 * `deno run -A URL/main.ts` and `deno install`: no import may depend on deno.json, which a remote
 * run does not see.
 */
import assert from "node:assert/strict";
import { delimiter as DELIMITER, dirname } from "node:path";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { VERSION } from "../../src/version.ts";
import { applyObjects } from "../scenarios/all.ts";
import { openCluster } from "../support/cluster.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("the program runs from a URL", { sanitizeResources: false }, async () => {
  await using sandbox = await startSandbox();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, serveFile);
  await applyObjects(await openCluster(sandbox.kubeconfig));
  using away = temporaryDirectory();
  await Deno.writeTextFile(`${away.path}/here.txt`, "from afar");
  const url = `http://127.0.0.1:${server.addr.port}/main.ts`;
  const upload = "task upload t-steps -w name=source,emptyDir= -k".split(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-lock", url, ...upload, sandbox.kubeconfig],
    cwd: away.path,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.match(new TextDecoder().decode(stdout), /^\[second\] hello second sees from afar$/m);
});

Deno.test("deno install -gA installs the program from a URL", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, serveFile);
  using away = temporaryDirectory();
  const url = `http://127.0.0.1:${server.addr.port}/main.ts`;
  const flags = ["--quiet", "--no-lock", "--root", away.path, "-n", "tkn-dev"];
  const installed = await new Deno.Command(Deno.execPath(), {
    args: ["install", "-gA", ...flags, url],
    cwd: away.path,
  }).output();
  assert.ok(installed.success, new TextDecoder().decode(installed.stderr));
  const isWindows = Deno.build.os === "windows";
  const { code, stdout, stderr } = await new Deno.Command(
    `${away.path}/bin/tkn-dev${isWindows ? ".cmd" : ""}`,
    {
      args: ["version", "--client"],
      cwd: away.path,
      // The installed file runs "deno" of the PATH.
      env: { PATH: `${dirname(Deno.execPath())}${DELIMITER}${Deno.env.get("PATH")}` },
    },
  ).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.match(new TextDecoder().decode(stdout), new RegExp(`^tkn-dev ${VERSION}\n`));
});

async function serveFile(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  const type = path.endsWith(".ts") ? "application/typescript" : "text/plain";
  try {
    return new Response(await Deno.readFile(ROOT + path), { headers: { "content-type": type } });
  } catch {
    return new Response("not found", { status: 404 });
  }
}
