/**
 * Execs through an API server that translates no websockets, as all before Kubernetes 1.30: its
 * websockets speak v4.channel.k8s.io, in which no client can end stdin.
 */
import assert from "node:assert/strict";
import { TASK_RUNS, type TaskRun } from "../../src/tekton/model.ts";
import { applyObjects } from "../scenarios/all.ts";
import { sessionScenarios } from "../scenarios/hold/session.ts";
import type { Cluster } from "../support/cluster.ts";
import { changedKubeconfig } from "../support/kubeconfig.ts";
import { tknDev } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { hasOwnCluster, secondApiServer } from "./api_server.ts";
import { openUser } from "./open_user.ts";

Deno.test({
  name: "where websockets have no end of stdin, uploads go by SPDY, and a shell by websockets too",
  // Only scripts/cluster has its API server on this machine.
  ignore: Deno.env.get("TKN_DEV_TEST_CONTEXTS") === undefined || !hasOwnCluster(),
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    await using second = await secondApiServer("TranslateStreamCloseWebsocketRequests=false");
    using directory = temporaryDirectory();
    const cluster = await openUser("tests-8"); // the shards have 1 to 6
    await applyObjects(cluster);
    const flags = await changedKubeconfig(cluster, `${directory.path}/kubeconfig`, (config) => {
      for (const { cluster } of config.clusters) cluster.server = second.server;
    });
    await uploads({ ...cluster, flags }, directory.path);
    const [session] = sessionScenarios;
    const byWebSocket = [...flags, "--exec-protocol=websocket"];
    await session.run({ ...cluster, flags: byWebSocket }, directory.path);
  },
});

async function uploads({ kube, flags }: Cluster, directory: string): Promise<void> {
  const tree = `${directory}/tree`;
  await Deno.mkdir(tree);
  await Deno.writeTextFile(`${tree}/a`, "a");
  const upload = (protocol: string) => {
    const words = ["task", "upload", "t-count", tree, "-w", "name=source,emptyDir="];
    return tknDev([...words, `--exec-protocol=${protocol}`, ...flags]);
  };
  for (const protocol of ["auto", "spdy"]) {
    const ran = await upload(protocol);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stderr, /^Sent 1 file, .*, verified$/m);
  }
  const refused = await upload("websocket");
  assert.equal(refused.code, 3, refused.stderr);
  assert.match(
    refused.stderr,
    /^Error: Cannot end stdin in pod "\S+": the server speaks only v4.channel.k8s.io\nHint: .*--exec-protocol=spdy/m,
  );
  assert.doesNotMatch(refused.stderr, /trying again/);
  const name = /Created TaskRun (\S+)/.exec(refused.stderr)![1];
  const run = await kube.get<TaskRun>(TASK_RUNS, kube.namespace, name);
  assert.equal(run.spec.status, "TaskRunCancelled");
}
