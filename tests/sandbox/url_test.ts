/**
 * `deno run -A URL/main.ts`: no import may depend on deno.json, which a remote run does not see.
 */
import assert from "node:assert/strict";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
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

async function serveFile(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  const type = path.endsWith(".ts") ? "application/typescript" : "text/plain";
  try {
    return new Response(await Deno.readFile(ROOT + path), { headers: { "content-type": type } });
  } catch {
    return new Response("not found", { status: 404 });
  }
}
