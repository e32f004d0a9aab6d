/** Questions of commands on a terminal, and the error elsewhere. */
import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { app } from "../../../../src/app.ts";
import { ANSWER_MS } from "../../../../src/commands/ask/converse.ts";
import { RESOURCES } from "../../../../src/commands/complete/named_objects.ts";
import type { KubeObject, Resource, Selector } from "../../../../src/kube/interface.ts";
import { refused } from "../../../../src/kube/status.ts";
import { type Pipeline, PIPELINES, type Task, TASKS } from "../../../../src/tekton/model.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { turn } from "../../../support/fake_transport.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { withoutErasing } from "../../../support/screen.ts";
import { tree } from "../../../support/tree_text.ts";

/** A cluster whose user may not list objects of these kinds. */
class Cluster extends FakeKube {
  constructor(private readonly hidden: readonly string[] = []) {
    super();
    this.put<Pipeline>(PIPELINES, {
      metadata: { name: "build", annotations: { "tekton.dev/displayName": "The build" } },
      spec: {
        params: [
          { name: "url" },
          { name: "goals", type: "array", default: ["a,b", "$(context.pipeline.name)"] },
          { name: "mode", enum: ["fast", "slow"] },
        ],
        workspaces: [{ name: "source" }, { name: "cache", optional: true }, { name: "out" }],
        tasks: ["build", "test"].map((name) => ({
          name,
          taskSpec: { steps: [{ image: "i", script: "x" }] },
        })),
      },
    });
    this.put<Task>(TASKS, {
      metadata: { name: "t" },
      spec: {
        params: [{ name: "text" }],
        workspaces: [{ name: "w" }],
        steps: [{ name: "s", image: "i", script: "x" }],
      },
    });
    this.put(RESOURCES.claims, { metadata: { name: "pvc" } });
  }

  override async list<T extends KubeObject>(resource: Resource, selector: Selector) {
    if (this.hidden.includes(resource.plural)) {
      const what = { verb: "list", kind: resource.kind, server: this.server };
      throw refused(what, { code: 403, message: "forbidden" });
    }
    return await super.list<T>(resource, selector);
  }
}

function hostOf(kube = new Cluster(), reads: string[] = [], isTerminal = true): FakeHost {
  const host = new FakeHost(new MemoryFiles(tree("file a")), kube);
  host.terminal.isTerminal = { stdin: isTerminal, stdout: false, stderr: isTerminal };
  host.terminal.reads = [...reads];
  host.variables.NO_COLOR = "1";
  return host;
}

async function run(line: string, host: FakeHost) {
  const code = await app(line.split(" "), host);
  assert.equal(host.terminal.isRaw, false);
  const kube = host.kube as FakeKube;
  return {
    code,
    stdout: host.terminal.stdout,
    stderr: withoutErasing(host.terminal.stderr),
    changes: kube.changes,
  };
}

const ALL = "--param url=VALUE --param mode=fast " +
  "--workspace name=source,volume=1Gi --workspace name=out,volume=1Gi";

for (
  const [name, line, isTerminal] of [
    ["without a terminal", "pipeline start build", false],
    ["with --no-input", "pipeline start build --no-input", true],
  ] as const
) {
  Deno.test(`${name} one error lists all params and workspaces that are missing`, async () => {
    const { code, stdout, stderr, changes } = await run(line, hostOf(undefined, [], isTerminal));
    assert.equal(code, 2);
    assert.equal(
      stderr,
      'Error: Cannot start Pipeline "build": params "url", "mode" and workspaces "source", "out" ' +
        `not given\nHint: ${ALL}\n`,
    );
    assert.deepEqual([stdout, changes], ["", []]);
  });

  Deno.test(`${name} a name that is missing is refused`, async () => {
    const { code, stderr } = await run(
      line.replace(" build", ""),
      hostOf(undefined, [], isTerminal),
    );
    assert.equal(code, 2);
    assert.match(stderr, /^Error: Cannot run "tkn-dev pipeline start": PIPELINE is missing\n/);
  });
}

Deno.test("a terminal that cannot draw is asked nothing", async () => {
  const host = hostOf();
  host.variables.TERM = "dumb";
  assert.equal((await run("p start build", host)).code, 2);
});

Deno.test("all is asked on a terminal, and stdout has the run alone", async () => {
  const keys = ["\r", "u\r", "slow\r", "\r", "\r", "pvc\r", "\r"];
  const host = hostOf(undefined, keys);
  const { code, stdout, stderr } = await run("p start --dry-run -o json", host);
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout).spec, {
    pipelineRef: { name: "build" },
    params: [{ name: "url", value: "u" }, { name: "mode", value: "slow" }],
    workspaces: [
      {
        name: "source",
        volumeClaimTemplate: {
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      },
      { name: "out", persistentVolumeClaim: { claimName: "pvc" } },
    ],
  });
  assert.match(stderr, /> build {2}The build\r\n/);
  assert.ok(!stderr.includes("goals"), "a param with a default is not asked for");
  assert.match(stderr, /Bind an optional workspace: no\r\n/);
});

Deno.test("after questions the line that asks none is shown, and gives the same run", async () => {
  const keys = ["\r", "it's\r", "slow\r", "\r", "\r", "pvc\r", "\r"];
  const host = hostOf(undefined, keys);
  const { stdout, stderr } = await run("p start --dry-run -o json", host);
  const line = "pipeline start build -p 'url=it'\\''s' -p mode=slow " +
    "-w name=source,volume=1Gi -w name=out,claimName=pvc --dry-run -o json";
  assert.ok(stderr.endsWith(`The same without questions:\ntkn-dev ${line}\n`), stderr);
  const again = await run(line.replace("'url=it'\\''s'", "url=it's"), hostOf(undefined, [], false));
  assert.deepEqual([again.stdout, again.stderr], [stdout, ""]);
});

Deno.test("what is given is not asked, and what is missing is asked beside another -w", async () => {
  const line = "p start build -p url=u -p mode=fast -w name=source,emptyDir= -o json --dry-run";
  const { code, stdout, stderr } = await run(line, hostOf(undefined, ["empty\r"]));
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout).spec.workspaces, [
    { name: "source", emptyDir: {} },
    { name: "out", emptyDir: {} },
  ]);
  assert.ok(!stderr.includes("optional"), "tkn too offers none after -w");
});

Deno.test("nothing is asked if only optional workspaces are not bound", async () => {
  const line = "p start build -p url=u -p mode=fast -w name=source,emptyDir= -w name=out,emptyDir=";
  const { code, stderr } = await run(`${line} --dry-run`, hostOf());
  assert.deepEqual([code, stderr], [0, ""]);
});

Deno.test("mistakes in what is given are reported before a question", async () => {
  for (
    const [line, words] of [
      ["p start build -p x=y", /no such param/],
      ["p start build -p mode=none", /is not allowed/],
      ["p start build -w name=x,emptyDir=", /no such workspace/],
      ["p start build --task-serviceaccount x=y", /no such task/],
      ["p upload build /tree --on-task x", /no such task/],
      ["p debug build --exec-instead ls", /no task or step is named/],
      ["p debug build --exec-instead ls --on-task x", /no such task/],
      ["p debug build --exec-instead ls --on-step x/y", /no such task/],
    ] as const
  ) {
    const { code, stderr } = await run(line, hostOf());
    assert.equal(code, 2);
    assert.match(stderr, words);
    assert.ok(!stderr.includes("Param"), "a question was asked");
  }
});

for (const [name, key] of [["Ctrl-C", "\x03"], ["Ctrl-D", "\x04"]] as const) {
  Deno.test(`${name} at a question ends with exit code 130, and nothing is created`, async () => {
    const { code, stderr, changes } = await run("task start t", hostOf(undefined, ["x\r", key]));
    assert.equal(code, 130);
    assert.match(stderr, /Error: Interrupted: no run was created\n$/);
    assert.deepEqual(changes, []);
  });
}

Deno.test("a question that nobody answers ends with the error", async () => {
  const host = hostOf();
  host.terminal.isTyped = true;
  const running = run("task start t", host);
  while (!host.terminal.stderr.includes("Param text")) await turn();
  host.clock.advance(ANSWER_MS - 1);
  await host.terminal.type("x");
  host.clock.advance(ANSWER_MS);
  const { code, stderr } = await running;
  assert.equal(code, 2);
  assert.match(stderr, /Error: Cannot start Task "t": param "text" and workspace "w" not given/);
});

Deno.test("keys after Enter in the same read answer no later question", async () => {
  const { code, stderr } = await run("task start t", hostOf(undefined, ["a\r\r"]));
  assert.equal(code, 2, "the terminal is gone before the second question is answered");
  assert.match(stderr, /Param text: a\r\n/);
  assert.ok(!stderr.includes("Workspace w: new volume"));
});

Deno.test("several pasted lines are one answer, which Enter takes", async () => {
  const keys = ["one\ntwo\n", "\r", "\r", "\r"];
  const { code, stdout } = await run("task start t --dry-run -o json", hostOf(undefined, keys));
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout).spec.params, [{ name: "text", value: "one\ntwo" }]);
});

Deno.test("names are typed where the user may not list the objects", async () => {
  const kube = new Cluster(["tasks", "persistentvolumeclaims", "secrets", "configmaps"]);
  const keys = ["T", "\r", "\x7ft\r", "x\r", "claim\r", "mine\r"];
  const { code, stdout, stderr } = await run("task start --dry-run -o json", hostOf(kube, keys));
  assert.equal(code, 0, stderr);
  assert.match(stderr, /not a name on a cluster/);
  assert.deepEqual(JSON.parse(stdout).spec.workspaces, [
    { name: "w", persistentVolumeClaim: { claimName: "mine" } },
  ]);
});

Deno.test("a namespace without a Pipeline is an error", async () => {
  const { code, stderr } = await run("pipeline upload .", hostOf(new FakeKube() as Cluster));
  assert.equal(code, 3);
  assert.match(stderr, /^Error: Cannot choose a Pipeline: namespace "default" has none\nHint: -n /);
});

Deno.test("an upload asks for the name before a directory, and a task for all it needs", async () => {
  const keys = ["t\r", "x\r", "\r", "\r"];
  const line = "task upload /tree --on-step s --dry-run -o json";
  const { code, stdout, stderr } = await run(line, hostOf(undefined, keys));
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout).spec.params, [{ name: "text", value: "x" }]);
  assert.match(
    stderr,
    /^tkn-dev task upload t \/tree -p text=x -w name=w,\S+ --on-step s --dry-run/m,
  );
});

Deno.test("a user who may not create runs is not asked", async () => {
  const kube = new Cluster();
  kube.denials.add("create taskruns");
  const { code, stderr } = await run("task debug t --exec-instead ls", hostOf(kube));
  assert.equal(code, 3);
  assert.ok(!stderr.includes("Param text"));
});
