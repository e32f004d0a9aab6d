import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { app } from "../../../src/app.ts";
import { PODS } from "../../../src/kube/interface.ts";
import {
  LABEL,
  type Pipeline,
  PIPELINE_RUNS,
  PIPELINES,
  type Task,
  TASK_RUNS,
  type TaskRun,
  TASKS,
} from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { until } from "../../support/fake_transport.ts";
import { MemoryFiles } from "../../support/memory_files.ts";

const CLAIMS = { group: "", version: "v1", plural: "persistentvolumeclaims", kind: "Claim" };

function cluster(): FakeKube {
  const kube = new FakeKube();
  kube.put<Pipeline>(PIPELINES, {
    metadata: { name: "build" },
    spec: {
      params: [
        { name: "flags", type: "array", default: ["-v", "-x"] },
        { name: "odd", type: "array", default: ["a,b"] },
        { name: "map", type: "object", default: { k: "v" } },
        { name: "goos", default: "linux", enum: ["linux", "darwin"], description: "the system" },
      ],
      workspaces: [{ name: "source" }],
      tasks: [
        { name: "clone", taskRef: { name: "git-clone" } },
        { name: "test", taskSpec: { steps: [{ name: "unit", image: "go" }] } },
        { name: "remote", taskRef: { resolver: "git" } },
        { name: "gone", taskRef: { name: "gone" } },
      ],
    },
  });
  kube.put<Task>(TASKS, {
    metadata: { name: "git-clone" },
    spec: { steps: [{ name: "fetch", image: "git" }], results: [{ name: "commit" }] },
  });
  kube.put(CLAIMS, {
    metadata: { name: "cache" },
    status: { phase: "Bound", capacity: { storage: "1Gi" } },
  });
  return kube;
}

async function lines(words: string[], host: FakeHost): Promise<string[]> {
  const code = await app(["__complete", ...words], host);
  assert.equal(code, 0);
  assert.equal(host.terminal.stderr, "");
  return host.terminal.stdout.trimEnd().split("\n");
}

const on = (kube?: FakeKube) => new FakeHost(new MemoryFiles(), kube);

Deno.test("verbs, flags and their values are completed without a cluster", async () => {
  const host = on();
  for (const words of [["p"], ["pipeline", "upload", "--"], ["create", "-o", ""], ["help", ""]]) {
    assert.ok((await lines(words, host)).length > 1);
  }
  assert.deepEqual(host.connected, []);
});

Deno.test("names come from the cluster of the typed flags", async () => {
  const host = on(cluster());
  host.variables.HOME = "/home/me";
  const words = [
    "-n",
    "ns",
    "pipeline",
    "upload",
    "-c",
    "ctx",
    "-k",
    "~/config",
    "-v",
    "--as",
    "jane",
    "",
  ];
  assert.deepEqual(await lines(words, host), ["build", ":4"]);
  assert.deepEqual(host.connected, [
    {
      namespace: "ns",
      context: "ctx",
      kubeconfig: "/home/me/config",
      as: "jane",
      asGroups: undefined,
    },
  ]);
});

Deno.test("params have their defaults as --param takes them", async () => {
  assert.deepEqual(await lines(["pipeline", "upload", "build", "-p", ""], on(cluster())), [
    "flags=\tdefault: -v,-x",
    'odd=\tdefault: ["a,b"]',
    "map=\tdefault: k:v",
    "goos=\tthe system, default: linux",
    ":6",
  ]);
});

Deno.test("tasks and steps are those of the Pipeline, of Tasks that can be read", async () => {
  const at = (...words: string[]) => lines(["pipeline", ...words], on(cluster()));
  assert.deepEqual(await at("upload", "build", "--on-task", ""), [
    "clone\tTask git-clone",
    "test",
    "remote\tgit",
    "gone\tTask gone",
    ":4",
  ]);
  assert.deepEqual(await at("debug", "build", "--on-step", ""), [
    "clone/fetch\tgit",
    "test/unit\tgo",
    ":4",
  ]);
  assert.deepEqual(await at("upload", "build", "--result", ""), ["commit=", ":6"]);
});

Deno.test("claims have their state and size", async () => {
  const words = ["pipeline", "upload", "build", "-w", "name=source,claimName="];
  assert.deepEqual(await lines(words, on(cluster())), [
    "name=source,claimName=cache\tBound, 1Gi",
    ":4",
  ]);
});

Deno.test("runs are listed with what they run, the newest first", async () => {
  const kube = cluster();
  for (const at of [1, 3, 2]) {
    kube.put(PIPELINE_RUNS, {
      metadata: {
        name: `run-${at}`,
        labels: { [LABEL.pipeline]: "build" },
        creationTimestamp: `2026-01-0${at}T00:00:00Z`,
      },
    });
  }
  assert.deepEqual(await lines(["pr", "logs", ""], on(kube)), [
    "run-3\tbuild",
    "run-2\tbuild",
    "run-1\tbuild",
    ":36",
  ]);
});

Deno.test("tasks and steps of a run are those of its TaskRuns", async () => {
  const kube = cluster();
  for (const [task, steps] of [["clone", ["fetch"]], ["test", ["prepare", "run"]]] as const) {
    const labels = { [LABEL.pipelineRun]: "r", [LABEL.pipelineTask]: task };
    kube.put<TaskRun>(TASK_RUNS, {
      metadata: { name: `r-${task}`, labels },
      spec: {},
      status: { steps: steps.map((name) => ({ name })) },
    });
  }
  assert.deepEqual(await lines(["pr", "logs", "r", "-t", ""], on(kube)), ["clone", "test", ":4"]);
  assert.deepEqual(await lines(["pr", "logs", "r", "-s", ""], on(kube)), [
    "fetch\tclone",
    "prepare\ttest",
    "run\ttest",
    ":4",
  ]);
  assert.deepEqual(await lines(["tr", "logs", "r-test", "-s", "r"], on(kube)), ["run\ttest", ":4"]);
});

Deno.test("held runs are those with a step that holds now", async () => {
  const kube = cluster();
  kube.onExec = ({ pod }) => Promise.resolve({ exitCode: pod === "gone" ? 1 : 0, message: "" });
  for (const name of ["held", "gone", "plain"]) {
    const volumeMounts = name === "plain" ? [] : [{ name: "g", mountPath: "/tkn-dev" }];
    kube.put<Pod>(PODS, {
      metadata: {
        name,
        labels: { [LABEL.pipelineRun]: `${name}-run`, [LABEL.pipelineTask]: "test" },
      },
      spec: { containers: [{ name: "step-unit", volumeMounts }] },
      status: {
        phase: "Running",
        containerStatuses: [{ name: "step-unit", state: { running: {} } }],
      },
    });
    kube.log(name, "step-unit").say("tkn-dev: held, workspace: /w");
    kube.log(name, "step-unit").end();
  }
  assert.deepEqual(await lines(["pr", "shell", ""], on(kube)), [
    "held-run\ttest/unit for an upload",
    ":36",
  ]);
  assert.deepEqual(await lines(["pr", "shell", "held-run", ""], on(kube)), [
    "test/unit\theld for an upload",
    ":4",
  ]);
});

Deno.test("contexts come from the kubeconfig, and namespaces too if none may be listed", async () => {
  const kube = cluster();
  kube.onRead = () => {
    throw new Error("forbidden");
  };
  const host = on(kube);
  host.kubeContexts["/config"] = [
    { name: "dev", cluster: "c", namespace: "team" },
    { name: "prod", cluster: "c", namespace: "team" },
    { name: "plain", cluster: "d" },
  ];
  assert.deepEqual(await lines(["-k", "/config", "-c", ""], host), [
    "dev\tc, namespace team",
    "prod\tc, namespace team",
    "plain\td",
    ":4",
  ]);
  host.terminal.stdout = "";
  assert.deepEqual(await lines(["-k", "/config", "-n", ""], host), ["team", ":4"]);
});

Deno.test("a cluster that refuses, or is not there, gives no candidates and no error", async () => {
  assert.deepEqual(await lines(["pipeline", "upload", ""], on()), [":4"]);
  const kube = cluster();
  kube.onRead = () => {
    throw new Error("forbidden");
  };
  const words = ["pipeline", "upload", "build"];
  for (const more of [[""], ["-p", ""], ["--on-step", ""]]) {
    assert.equal((await lines([...words, ...more], on(kube))).length, 1);
  }
});

Deno.test("a cluster that does not answer delays completion by a second", async () => {
  const host = on();
  host.connect = () => new Promise(() => {});
  const completing = lines(["pipeline", "upload", ""], host);
  await until(() => host.clock.alarmCount === 1);
  host.clock.advance(999);
  assert.equal(host.terminal.stdout, "");
  host.clock.advance(1);
  assert.deepEqual(await completing, [":4"]);
});

Deno.test("__complete_bash reads the line itself", async () => {
  const host = on(cluster());
  const line = "tkn dev p upload build -p 'goo";
  assert.equal(await app(["__complete_bash", "2", line, "=:", "9", "80"], host), 0);
  assert.equal(host.terminal.stdout, "6\ngoos=\n");
});

Deno.test("completion and shell-init print a script for each shell, and name the shells", async () => {
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const host = on();
    assert.equal(await app(["completion", shell], host), 0);
    assert.match(host.terminal.stdout, /^#/);
  }
  const host = on();
  assert.equal(await app(["shell-init", "tcsh"], host), 2);
  assert.equal(
    host.terminal.stderr,
    'Error: Cannot print a script for "tcsh": no such shell\nHint: one of: bash, zsh, fish\n',
  );
});
