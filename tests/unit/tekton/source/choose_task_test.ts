import assert from "node:assert/strict";
import type { PipelineTask, TaskSpec } from "../../../../src/tekton/model.ts";
import { chooseTask, likelyClones } from "../../../../src/tekton/source/choose_task.ts";
import { withKnownParams } from "../../../../src/tekton/source/known_params.ts";
import { refusal } from "../../../support/refusal.ts";

const OWNER = 'Pipeline "p"';
const CLONES = "it clones the repository";
const SHARED = { workspaces: [{ name: "source" }] };
const URL = { params: [{ name: "url", value: "$(params.repo)" }] };

/** The interface of a clone. */
const CLONE: TaskSpec = {
  params: [{ name: "url" }],
  results: [{ name: "commit" }],
  steps: [{ name: "clone", image: "i" }],
};
const BUILD: TaskSpec = { steps: [{ name: "build", image: "i", script: "make" }] };

function task(name: string, rest: Partial<PipelineTask> = {}): PipelineTask {
  return { name, taskRef: { name: `${name}-task` }, ...rest };
}

/** `specs` are the readable Tasks, by the names of the Pipeline's tasks. */
function choose(tasks: PipelineTask[], specs: Record<string, TaskSpec> = {}) {
  const { task, evidence, why } = chooseTask(
    OWNER,
    { tasks },
    (one) => one.taskSpec ?? specs[one.name],
  );
  return [task.name, evidence, why];
}

Deno.test("the clone is the task whose Task takes a URL and returns a commit", () => {
  const names: [param: string, result: string][] = [
    ["url", "commit"],
    ["repo-url", "COMMIT_SHA"],
    ["GIT_URL", "sha"],
    ["gitRepository", "git-commit"],
    ["repository", "CHAINS-GIT_COMMIT"],
    ["source-repo", "short-commit"],
  ];
  for (const [param, result] of names) {
    const spec = { ...CLONE, params: [{ name: param }], results: [{ name: result }] };
    const tasks = [
      task("a", SHARED),
      task("get", { params: [{ name: param, value: "$(params.x)" }] }),
    ];
    assert.deepEqual(choose(tasks, { get: spec }), ["get", "interface", CLONES], param);
  }
});

Deno.test("a task that takes a URL and returns no commit is no clone", () => {
  const notify = task("notify", { params: [{ name: "repo-url", value: "$(params.x)" }] });
  assert.throws(() => choose([notify], { notify: BUILD }), /Cannot tell which task/);
  const others = [
    "PULL_REMOTE_URL",
    "TWINE_REPOSITORY_URL",
    "SONAR_HOST_URL",
    "image-url",
    "source",
  ];
  for (const name of others) {
    assert.deepEqual(
      likelyClones({ tasks: [task("x", { params: [{ name, value: "" }] })] }),
      [],
      name,
    );
  }
});

const named: [what: string, PipelineTask][] = [
  ["its Task's name", task("x", { taskRef: { name: "git-clone" } })],
  ["a variant's name", task("x", { taskRef: { name: "openshift-git-clone-v2" } })],
  ["the name that a resolver is given", task("x", remote({ name: "git-clone" }))],
  [
    "its path in a repository",
    task("x", remote({ pathInRepo: "task/git-clone/0.10/git-clone.yaml" })),
  ],
  [
    "its bundle",
    task("x", remote({ bundle: "example.org/catalog/task-git-clone:0.1@sha256:abc" })),
  ],
  ["its url", task("x", remote({ url: "https://example.org/git-clone/git-clone.yaml" }))],
  ["git-batch-merge", task("x", { taskRef: { name: "git-batch-merge" } })],
  ["its own name", task("git-clone", { taskRef: undefined, taskSpec: { steps: [] } })],
  ["its own short name", task("fetch-repository", remote({ bundle: "example.org/tasks:1" }))],
  ["another short name", task("clone-repo", { taskRef: undefined, taskSpec: BUILD })],
];

function remote(params: Record<string, string>): Partial<PipelineTask> {
  const list = Object.entries(params).map(([name, value]) => ({ name, value }));
  return { taskRef: { resolver: "git", params: list } };
}

for (const [what, clone] of named) {
  Deno.test(`a clone with an unreadable Task is recognized by ${what}`, () => {
    assert.deepEqual(choose([task("a"), clone, task("b")]), [clone.name, "name", CLONES]);
  });
}

Deno.test("a name that only contains the letters of a clone's is no clone", () => {
  const names = [
    "legit-clones",
    "git-cloner",
    "digit-clone",
    "fetch-dependencies",
    "checkout-cart",
  ];
  for (const name of names) {
    assert.throws(() => choose([task(name)]), /Cannot tell/, name);
  }
  assert.throws(() => choose([task("fetch", { taskRef: { name: "fetch-deps" } })]), /Cannot tell/);
});

Deno.test("an inline Task that fetches is a clone with any name", () => {
  const script = 'git clone "$(params.repo)" $(workspaces.source.path)';
  const taskSpec = { steps: [{ name: "a", image: "i", script }] };
  const tasks = [task("prepare", { taskRef: undefined, taskSpec }), task("build", SHARED)];
  assert.deepEqual(choose(tasks), ["prepare", "none", CLONES]);
});

Deno.test("a script in a param makes a clone if the Task runs it", () => {
  const params = [{
    name: "GIT_SCRIPT",
    value: "git clone https://example.org/a.git .\ngit fetch --all",
  }];
  const steps = [{ name: "git", image: "i", script: "set -e\n$(params.GIT_SCRIPT)" }];
  const run = withKnownParams({ params: [{ name: "GIT_SCRIPT" }], steps }, params);
  const tasks = [
    task("all", { ...SHARED, params }),
    task("build", { ...SHARED, runAfter: ["all"] }),
  ];
  assert.deepEqual(choose(tasks, { all: run }), ["all", "none", CLONES]);
});

Deno.test("of several clones the first whose URL the run gives is chosen", () => {
  const fixed = { params: [{ name: "url", value: "https://example.org/scripts.git" }] };
  const tasks = [
    task("scripts", { ...SHARED, ...fixed }),
    task("app", { ...SHARED, ...URL }),
    task("config", { ...SHARED, ...URL }),
  ];
  const specs = { scripts: CLONE, app: CLONE, config: CLONE };
  const [name, , why] = choose(tasks, specs);
  assert.equal(name, "app");
  assert.equal(why, `${CLONES}, the first of 3 that do (--on-task names another)`);
  assert.equal(
    refusal(() =>
      choose([task("a", { ...SHARED, ...fixed }), task("b", fixed), task("c")], {
        a: CLONE,
        b: CLONE,
      })
    ),
    'Cannot tell which task of Pipeline "p" the upload stands in for\n' +
      "name it with --on-task; these clone: a, b; its other tasks: c",
  );
});

Deno.test("without a clone, the first user of a workspace is chosen if all other users come later", () => {
  const first = task("build", { workspaces: [{ name: "work", workspace: "source" }] });
  const tasks = [
    task("report"),
    first,
    task("image", { ...SHARED, params: [{ name: "x", value: "$(tasks.build.results.y)" }] }),
    task("deploy", { ...SHARED, runAfter: ["image"] }),
  ];
  assert.deepEqual(choose(tasks), [
    "build",
    "none",
    "no task of the Pipeline clones, and it is the first to use workspace source",
  ]);
});

Deno.test("no task is chosen if tasks start at the same time, or only use credentials", () => {
  const auth = { workspaces: [{ name: "basic-auth", workspace: "git-auth" }] };
  const unclear = [
    [task("lint", SHARED), task("test", SHARED)],
    [task("push", auth)],
    // A workspace that only one task uses is not the source's.
    [task("lint", SHARED), task("test", { workspaces: [{ name: "cache" }, ...SHARED.workspaces] })],
    [task("a"), task("b")],
  ];
  for (const tasks of unclear) assert.throws(() => choose(tasks), /Cannot tell which task/);
});

Deno.test("the first user of a workspace may be an inline Task that only names it", () => {
  const step = (script: string) => ({ steps: [{ name: "s", image: "i", script }] });
  const make = task("make", {
    taskRef: undefined,
    taskSpec: step("make -C $(workspaces.source.path)"),
  });
  const test = task("test", { ...SHARED, runAfter: ["make"] });
  const [name, evidence, why] = choose([make, test]);
  assert.deepEqual([name, evidence], ["make", "none"]);
  assert.match(why!, /the first to use workspace source$/);
});
