/** The audit in CI finds an advisory: a registry on loopback provides it. */
import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url).pathname;
const ADVISORY = {
  id: 1,
  url: "https://example.test/advisory",
  title: "Reads what it should not",
  severity: "high",
  vulnerable_versions: "<99.0.0",
  cwe: [],
  cvss: { score: 7, vectorString: "" },
};

Deno.test("an advisory for a package of the lock fails the audit, and is shown", async () => {
  const { code, said } = await audit(() => Response.json({ yaml: [ADVISORY] }));
  assert.equal(code, 1);
  assert.match(said, /Reads what it should not/);
});

Deno.test("an audit without advisories passes, after asking for the packages of the lock", async () => {
  let asked = "";
  const { code, said } = await audit(async (request) => {
    asked += await request.text();
    return Response.json({});
  });
  assert.equal(code, 0, said);
  assert.match(asked, /"yaml":\["2\.9\.1"\]/);
});

Deno.test("a registry without advisories passes too, with a warning", async () => {
  const { code, said } = await audit(() => new Response("not allowed", { status: 405 }));
  assert.equal(code, 0, said);
  assert.match(said, /^Failed to get data from the registry/);
});

async function audit(answer: (request: Request) => Response | Promise<Response>) {
  await using registry = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  const command = new Deno.Command(Deno.execPath(), {
    args: config.tasks.audit.command.split(" ").slice(1), // a task would first fetch the packages there
    cwd: ROOT,
    env: { NPM_CONFIG_REGISTRY: `http://127.0.0.1:${registry.addr.port}`, NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}
