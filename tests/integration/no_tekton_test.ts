import assert from "node:assert/strict";
import { stderrLines, tknDev } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary.ts";

Deno.test("a cluster without Tekton is an error with a link to its installation", async () => {
  // The answer of Kubernetes 1.34 for an unknown API group.
  const none = () => new Response("404 page not found\n", { status: 404 });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, none);
  using temporary = temporaryDirectory();
  const kubeconfig = `${temporary.path}/kubeconfig`;
  const url = `http://127.0.0.1:${server.addr.port}`;
  await Deno.writeTextFile(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: "c", cluster: { server: url } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    }),
  );
  const ran = await tknDev(["pipeline", "upload", "build", temporary.path, "-k", kubeconfig]);
  assert.equal(ran.code, 3, ran.stderr);
  const [error, hint, ...more] = stderrLines(ran);
  assert.equal(error, 'Error: Cannot get Pipeline "build": the cluster does not know this kind');
  assert.match(hint, /^Hint: is Tekton Pipelines installed\?/);
  assert.deepEqual(more, []);
});
