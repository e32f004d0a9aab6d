/** Tasks from resolvers: the held Task is the same as without tkn-dev, and no requests are left. */
import assert from "node:assert/strict";
import { LABEL, RESOLUTION_REQUESTS, TASK_RUNS } from "../../../src/tekton/model.ts";
import { apply, type Cluster, runCount } from "../../support/cluster.ts";
import { FakeRegistry, USER } from "../../support/fake_registry.ts";
import { type Ran, stderrLines, tknDev } from "../../support/program.ts";
import type { Scenario } from "../scenario.ts";

/** Two versions of one Task, in JSON because the sandbox parses no other YAML. */
const CATALOG: Record<string, string> = {
  "/clone.yaml": `
    apiVersion: tekton.dev/v1beta1
    kind: Task
    metadata: { name: t-remote-clone, labels: { team: a } }
    spec:
      workspaces: [{ name: output }]
      results: [{ name: commit }]
      steps:
        - name: clone
          image: localhost/busybox:1
          resources: { requests: { memory: 1Mi } }
          script: echo "the clone's own work must not be done"; exit 9
  `,
  "/test.json": JSON.stringify({
    apiVersion: "tekton.dev/v1",
    kind: "Task",
    metadata: { name: "t-remote-test" },
    spec: {
      params: [{ name: "commit" }],
      workspaces: [{ name: "source" }],
      steps: [{
        name: "say",
        image: "localhost/busybox:1",
        workingDir: "$(workspaces.source.path)",
        script: 'echo "$(context.task.name) sees $(cat here.txt) of $(params.commit)"',
      }],
    },
  }),
};

const byUrl = (file: string) => ({
  resolver: "http",
  params: [{ name: "url", value: `$(params.catalog)/${file}` }],
});

const PIPELINE = {
  apiVersion: "tekton.dev/v1",
  kind: "Pipeline",
  metadata: { name: "t-remote" },
  spec: {
    params: [{ name: "host", default: "127.0.0.1" }, { name: "port" }, {
      name: "catalog",
      default: "http://$(params.host):$(params.port)",
    }, { name: "clone", default: "clone.yaml" }],
    workspaces: [{ name: "source" }],
    tasks: [
      {
        name: "clone",
        taskRef: byUrl("$(params.clone)"),
        workspaces: [{ name: "output", workspace: "source" }],
      },
      {
        name: "test",
        taskRef: byUrl("test.json"),
        params: [{ name: "commit", value: "$(tasks.clone.results.commit)" }],
        workspaces: [{ name: "source" }],
      },
    ],
  },
};

export const resolverScenarios: Scenario[] = [
  {
    name:
      "a Pipeline with Tasks from the http resolver runs as by reference, and leaves no request",
    login: "dev-resolver",
    async run(cluster, directory) {
      const ran = await uploadRemote(cluster, directory, "clone.yaml");
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.equal(ran.stdout, "[test : say] t-remote-test sees here of abc\n");
      const { kube } = cluster;
      const name = /Created PipelineRun (\S+)/.exec(ran.stderr)![1];
      const held = `${LABEL.pipelineRun}=${name},${LABEL.pipelineTask}=clone`;
      const [{ metadata }] = await kube.list(TASK_RUNS, {
        namespace: kube.namespace,
        labels: held,
      });
      assert.equal(metadata.labels?.["tkn-dev/task"], "t-remote-clone");
      assert.equal(metadata.labels?.team, "a");
      await assertNoRequest(cluster);
    },
  },
  {
    name: "a run of a file follows its reference to a Pipeline of a resolver",
    login: "dev-resolver",
    async run(cluster, directory) {
      await Deno.mkdir(`${directory}/code`);
      await Deno.writeTextFile(`${directory}/code/here.txt`, "here");
      await using server = catalog();
      const url = `http://127.0.0.1:${server.addr.port}`;
      const subPath = crypto.randomUUID();
      const run = {
        apiVersion: "tekton.dev/v1",
        kind: "PipelineRun",
        metadata: { name: "t-remote-pipeline" },
        spec: {
          pipelineRef: {
            resolver: "http",
            params: [{ name: "url", value: `$(params.catalog)/pipeline.json` }],
          },
          params: [{ name: "port", value: `${server.addr.port}` }, { name: "catalog", value: url }],
          workspaces: [{
            name: "source",
            subPath,
            persistentVolumeClaim: { claimName: cluster.claim },
          }],
        },
      };
      const file = `${directory}/run.json`;
      await Deno.writeTextFile(file, JSON.stringify(run));
      const line = ["pr", "upload", "-f", file, `${directory}/code`, "--on-task", "clone"];
      const ran = await tknDev([...line, "--result", "commit=abc", ...cluster.flags]);
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.equal(ran.stdout, "[test : say] t-remote-test sees here of abc\n");
      await assertNoRequest(cluster);
    },
  },
  {
    name: "with --resolve-here, the client reads a URL without the right to ask a resolver",
    async run(cluster, directory) {
      const ran = await uploadRemote(cluster, directory, "clone.yaml", "--resolve-here");
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.match(ran.stderr, /^Note: Reading http:\/\/127\.0\.0\.1:\d+\/clone\.yaml from this/m);
      assert.equal(ran.stdout, "[test : say] t-remote-test sees here of abc\n");
      // The user has no right to create a request, and none to list them.
    },
  },
  {
    name: "a Task out of a bundle takes an upload, read with the user's login at the registry",
    async run(cluster, directory) {
      await Deno.mkdir(`${directory}/code`);
      await Deno.writeTextFile(`${directory}/code/here.txt`, "here");
      const text = CATALOG["/test.json"];
      const registry = await FakeRegistry.of([{ kind: "task", name: "t-remote-test", text }]);
      registry.auth = "bearer";
      await using server = serve(registry.answer);
      const auth = btoa(`${USER.username}:${USER.password}`);
      const config = { auths: { [`127.0.0.1:${server.addr.port}`]: { auth } } };
      await Deno.writeTextFile(`${directory}/config.json`, JSON.stringify(config));
      const image = `127.0.0.1:${server.addr.port}/tasks:1`;
      const flags = ["-p", "commit=abc", "-w", "name=source,emptyDir=", ...cluster.flags];
      const line = ["task", "upload", "-i", image, "t-remote-test", `${directory}/code`, ...flags];
      const ran = await tknDev(line, { env: { DOCKER_CONFIG: directory } });
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.equal(ran.stdout, "[say] t-remote-test sees here of abc\n");
      // Nobody asks for a resolver: this user has no right to.
    },
  },
  {
    name: "a Task that its resolver does not find is an error of one line, and nothing is left",
    login: "dev-resolver",
    async run(cluster, directory) {
      const before = await runCount(cluster.kube);
      const ran = await uploadRemote(cluster, directory, "no-such.yaml");
      assert.equal(ran.code, 3, ran.stderr);
      const [first, second, ...more] = stderrLines(ran).filter((line) =>
        !line.startsWith("Note: ")
      );
      assert.match(first, /^Error: Cannot resolve the Task of task "clone" by "http": .*not found/);
      assert.match(second, /^Hint: look at the params of its reference$/);
      assert.deepEqual(more, []);
      assert.equal(await runCount(cluster.kube), before);
      await assertNoRequest(cluster);
    },
  },
];

/** Uploads into `clone`, while this process serves the catalog on 127.0.0.1. */
export async function uploadRemote(
  cluster: Cluster,
  directory: string,
  clone: string,
  ...more: string[]
): Promise<Ran> {
  await Deno.writeTextFile(`${directory}/here.txt`, "here");
  await apply(cluster.kube, PIPELINE);
  await using server = catalog();
  const params = ["-p", `port=${server.addr.port}`, "-p", `clone=${clone}`];
  const claim = `name=source,claimName=${cluster.claim},subPath=${crypto.randomUUID()}`;
  const line = ["pipeline", "upload", "t-remote", directory, "--on-task", "clone"];
  const result = ["--result", "commit=abc"];
  return await tknDev([...line, ...params, ...result, "-w", claim, ...more, ...cluster.flags]);
}

/** Serves the catalog, and the Pipeline, on 127.0.0.1. */
function catalog() {
  return serve((asked) => {
    const { pathname } = new URL(asked.url);
    const text = pathname === "/pipeline.json" ? JSON.stringify(PIPELINE) : CATALOG[pathname];
    return text === undefined ? new Response("", { status: 404 }) : new Response(text);
  });
}

function serve(answer: (asked: Request) => Response | Promise<Response>) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
}

/** Requests of tkn-dev. Tekton's own requests stay with their runs. */
async function assertNoRequest({ kube }: Cluster): Promise<void> {
  const requests = await kube.list(RESOLUTION_REQUESTS, { namespace: kube.namespace });
  const names = requests.map(({ metadata }) => metadata.name!);
  assert.deepEqual(names.filter((name) => name.startsWith("tkn-dev-")), []);
}
