import assert from "node:assert/strict";
import { stderrLines, tknDev } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** Serves these answers by path, and that of Kubernetes 1.34 for an unknown API group elsewhere. */
function serve(answers: Readonly<Record<string, unknown>> = {}) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    return Object.hasOwn(answers, pathname)
      ? Response.json(answers[pathname])
      : new Response("404 page not found\n", { status: 404 });
  });
  const temporary = temporaryDirectory();
  const kubeconfig = `${temporary.path}/kubeconfig`;
  Deno.writeTextFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${server.addr.port}` } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    }),
  );
  return {
    directory: temporary.path,
    kubeconfig,
    async [Symbol.asyncDispose]() {
      temporary[Symbol.dispose]();
      await server.shutdown();
    },
  };
}

Deno.test("a cluster without Tekton is an error with a link to its installation", async () => {
  await using cluster = serve();
  const { directory, kubeconfig } = cluster;
  const ran = await tknDev(["pipeline", "upload", "build", directory, "-k", kubeconfig]);
  assert.equal(ran.code, 3, ran.stderr);
  const [error, hint, ...more] = stderrLines(ran);
  assert.equal(error, 'Error: Cannot get Pipeline "build": the cluster does not know this kind');
  assert.match(hint, /^Hint: is Tekton Pipelines installed\?/);
  assert.deepEqual(more, []);
});

Deno.test("doctor finds that a cluster has no Tekton", async () => {
  await using cluster = serve({
    "/version": { gitVersion: "v1.34.1" },
    "/apis/authentication.k8s.io/v1/selfsubjectreviews": {
      status: { userInfo: { username: "ada", groups: [] } },
    },
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": { status: { allowed: true } },
    "/api/v1/namespaces/default": { metadata: { name: "default", uid: "u" } },
    "/api/v1/namespaces/default/pods": { metadata: { resourceVersion: "1" }, items: [] },
  });
  const { directory, kubeconfig } = cluster;
  const ran = await tknDev(["doctor", directory, "-k", kubeconfig]);
  assert.equal(ran.code, 3, ran.stderr);
  assert.match(ran.stdout, /^ok +rights +all \d+ that an upload needs in namespace default$/m);
  assert.match(
    ran.stdout,
    /^FAILED +runs +Cannot create .*: the cluster does not know this kind\n +fix: is Tekton Pipelines installed\?/m,
  );
});
