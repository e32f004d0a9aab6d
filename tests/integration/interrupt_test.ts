/** Ctrl-C while the server stalls: each command ends at once, with exit code 130. */
import assert from "node:assert/strict";
import { HELD_PREFIX } from "../../src/step/protocol/gate.ts";
import { GATE_DIRECTORY } from "../../src/step/gate_script.ts";
import { LABEL } from "../../src/tekton/model.ts";
import { startTknDev } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const RUN = {
  apiVersion: "tekton.dev/v1",
  kind: "TaskRun",
  metadata: { name: "r", namespace: "default", uid: "1", labels: { [LABEL.task]: "t" } },
  spec: {},
};
const TASK = {
  apiVersion: "tekton.dev/v1",
  kind: "Task",
  metadata: { name: "t", namespace: "default", uid: "3" },
  spec: { workspaces: [{ name: "source" }], steps: [{ name: "s", image: "i", script: "true" }] },
};
const POD = {
  metadata: { name: "r-pod", namespace: "default", uid: "2", labels: { [LABEL.taskRun]: "r" } },
  spec: {
    containers: [{
      name: "step-s",
      image: "i",
      volumeMounts: [{ name: "gate", mountPath: GATE_DIRECTORY }],
    }],
  },
  status: { phase: "Running", containerStatuses: [{ name: "step-s", state: { running: {} } }] },
};

/** Returns the answer of an API server; undefined for an unknown path. */
function answer(method: string, { pathname, search }: URL): unknown {
  if (method === "POST" && pathname.endsWith("/selfsubjectaccessreviews")) {
    return { metadata: {}, status: { allowed: true } };
  }
  if (method === "POST") return RUN;
  if (pathname.endsWith("/taskruns/r")) return RUN;
  if (pathname.endsWith("/tasks/t")) return TASK;
  if (pathname.endsWith("/log")) {
    return search.includes("follow") ? undefined : `${HELD_PREFIX}/w\n`;
  }
  if (search.includes("watch=1")) return undefined;
  const items = pathname.endsWith("/pods") ? [POD] : pathname.endsWith("/taskruns") ? [RUN] : [];
  return { items, metadata: { resourceVersion: "1" } };
}

/** Starts a server that stalls: it answers no request from the first matching one on. */
function serveUntil(isLast: (method: string, url: URL) => boolean) {
  const stalled = Promise.withResolvers<void>();
  let isStalled = false;
  const abort = new AbortController();
  const options = { port: 0, hostname: "127.0.0.1", onListen() {}, signal: abort.signal };
  const server = Deno.serve(options, (request) => {
    const url = new URL(request.url);
    if (isLast(request.method, url)) {
      isStalled = true;
      stalled.resolve();
    }
    const body = isStalled ? undefined : answer(request.method, url);
    if (body === undefined) return new Promise(() => {});
    return typeof body === "string" ? new Response(body) : Response.json(body);
  });
  return {
    stalled: stalled.promise,
    port: server.addr.port,
    async [Symbol.asyncDispose]() {
      abort.abort();
      await server.finished;
    },
  };
}

const is = (end: string) => (_method: string, url: URL) =>
  (url.pathname + url.search).endsWith(end);
const has = (part: string) => (_method: string, url: URL) => url.href.includes(part);

/** [name of the stalled request, command line, matcher of that request, end of stderr] */
const CASES: [string, string[], (method: string, url: URL) => boolean, RegExp][] = [
  ["a first answer", ["taskrun", "info", "r"], is("/taskruns/r"), /^Error: Interrupted$/m],
  ["a list", ["taskrun", "continue", "r"], has("/pods?"), /^Error: Interrupted$/m],
  ["a log", ["taskrun", "logs", "r"], has("/log?"), /^Error: Interrupted$/m],
  ["a followed log", ["taskrun", "logs", "-f", "r"], has("follow=true"), /^Error: Interrupted$/m],
  ["an exec", ["taskrun", "info", "r"], has("/exec?"), /^Error: Interrupted$/m],
  ["a release", ["taskrun", "continue", "r"], has("/exec?"), /^Error: Interrupted$/m],
  ["a watch", ["taskrun", "logs", "-f", "r"], has("watch=1"), /^Error: Interrupted$/m],
  [
    "all from the creation on",
    ["task", "upload", "t", ".", "-w", "name=source,emptyDir="],
    has("watch=1"),
    /tkn taskrun cancel r -n default[^]*^Error: Interrupted: TaskRun "r" may still be held$/m,
  ],
];

for (const [what, args, isLast, told] of CASES) {
  Deno.test(`Ctrl-C ends ${args.slice(0, 2).join(" ")} while ${what} stalls`, async () => {
    await using server = serveUntil(isLast);
    using directory = temporaryDirectory();
    const config = `${directory.path}/kubeconfig`;
    await Deno.writeTextFile(config, kubeconfig(server.port));
    const tree = `${directory.path}/tree`;
    await Deno.mkdir(tree);
    await Deno.writeTextFile(`${tree}/file`, "a");
    const running = startTknDev([...args, "--kubeconfig", config], { cwd: tree });
    const early = running.ended.then(({ stderr }) => assert.fail(`ended too early: ${stderr}`));
    await Promise.race([server.stalled, early]);
    running.signal("SIGINT");
    const { code, stderr } = await running.ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, told);
  });
}

function kubeconfig(port: number): string {
  return JSON.stringify({
    "current-context": "c",
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: "u", user: {} }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
  });
}
