import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import {
  pacEvents,
  pacPipelines,
  pacTargetBranch,
  pacTasks,
  withoutPac,
} from "../../../../src/tekton/pac/annotations.ts";
import { eventValues, repositoryOf } from "../../../../src/tekton/pac/event_values.ts";

function annotated(annotations: Record<string, string>) {
  return {
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [
        `pipelinesascode.tekton.dev/${key}`,
        value,
      ]),
    ),
  };
}

Deno.test("annotations name Tasks and a Pipeline in a hub, the repository and at URLs", () => {
  const metadata = annotated({
    task: "[git-clone, .tekton/tasks/test.yaml]",
    "task-1": "https://example.com/lint.yaml",
    "task-2": "golang-test:0.2",
    "task-x": "no",
    pipeline: "acme://build:1.0",
  });
  const found = [...pacTasks(metadata), ...pacPipelines(metadata)];
  assert.deepEqual(found.map(({ kind, place }) => [kind, place]), [
    ["Task", { name: "git-clone" }],
    ["Task", { path: ".tekton/tasks/test.yaml" }],
    ["Task", { url: "https://example.com/lint.yaml" }],
    ["Task", { name: "golang-test", version: "0.2" }],
    ["Pipeline", { name: "build", version: "1.0", catalog: "acme" }],
  ]);
});

Deno.test("a comma in an item of an annotation is written as a character reference", () => {
  const metadata = annotated({ task: "[https://example.com/a&#44;b.yaml, c]" });
  assert.deepEqual(pacTasks(metadata).map(({ text }) => text), [
    "https://example.com/a,b.yaml",
    "c",
  ]);
});

Deno.test("the Tasks of a Pipeline at a URL are beside it, but for other URLs and catalogs", () => {
  const metadata = annotated({
    task: "[./tasks/a.yaml, ../b.yaml, /c.yaml, git-clone, https://other.test/d.yaml, acme://e:1]",
  });
  const base = "https://example.com/ci/main/pipeline.yaml?token=x";
  assert.deepEqual(pacTasks(metadata, base).map(({ text }) => text), [
    "https://example.com/ci/main/tasks/a.yaml?token=x",
    "https://example.com/ci/b.yaml?token=x",
    "https://example.com/ci/main/c.yaml?token=x",
    "https://example.com/ci/main/git-clone?token=x",
    "https://other.test/d.yaml",
    "acme://e:1",
  ]);
});

Deno.test("the event and the target branch come from the annotations", () => {
  const metadata = annotated({
    "on-event": "[pull_request, push]",
    "on-target-branch": "[release-*, main]",
  });
  assert.deepEqual(pacEvents(metadata), ["pull_request", "push"]);
  assert.equal(pacTargetBranch(metadata), "main");
  const cel = annotated({ "on-cel-expression": 'event == "push" && target_branch == "main"' });
  assert.deepEqual(pacEvents(cel), ["push"]);
});

Deno.test("labels and annotations of Pipelines-as-Code are dropped, others stay", () => {
  assert.deepEqual(withoutPac({ "pipelinesascode.tekton.dev/state": "queued", team: "a" }), {
    team: "a",
  });
});

Deno.test("a checkout knows the values of an event", () => {
  const metadata = annotated({ "on-event": "[pull_request]", "on-target-branch": "[main]" });
  const facts = {
    commit: "c0ffee",
    branch: "feature/x",
    url: "git@github.com:Acme/App.git",
    user: "Ada Lovelace",
  };
  assert.deepEqual(eventValues(metadata, facts, "ns"), {
    revision: "c0ffee",
    repo_url: "https://github.com/Acme/App",
    source_url: "https://github.com/Acme/App",
    repo_owner: "acme",
    repo_name: "app",
    source_branch: "feature/x",
    target_branch: "main",
    event_type: "pull_request",
    sender: "ada-lovelace",
    target_namespace: "ns",
    git_tag: "",
    trigger_comment: "",
    pull_request_labels: "",
  });
});

Deno.test("a push has its own branch as its target; unknown facts stay open", () => {
  const push = annotated({ "on-event": "push", "on-target-branch": "main" });
  const values = eventValues(push, { branch: "dev" }, "ns");
  assert.equal(values.target_branch, "dev");
  assert.equal(values.event_type, "push");
  assert.ok(!("revision" in values) && !("repo_url" in values));
});

Deno.test("remotes of all spellings are repositories; a path is not", () => {
  for (
    const [remote, url, owner, name] of [
      ["https://github.com/acme/app", "https://github.com/acme/app", "acme", "app"],
      ["https://gitlab.com/a/b/app.git", "https://gitlab.com/a/b/app", "a/b", "app"],
      ["ssh://git@git.acme.com:2222/acme/app.git", "https://git.acme.com/acme/app", "acme", "app"],
      ["http://localhost:3000/acme/app", "http://localhost:3000/acme/app", "acme", "app"],
      ["git+ssh://git@acme.com/team/app", "https://acme.com/team/app", "team", "app"],
      ["acme.com:team/app", "https://acme.com/team/app", "team", "app"],
    ]
  ) assert.deepEqual(repositoryOf(remote), { url, owner, name }, remote);
  const others = ["file:///srv/git/app.git", "srv/git/app.git", "C:/srv/git/app", "ext::x y/z"];
  for (const path of ["/srv/git/app.git", "../app", "app", ...others]) {
    assert.equal(repositoryOf(path), undefined, path);
  }
});
