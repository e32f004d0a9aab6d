import assert from "node:assert/strict";
import type { Param, Step, TaskSpec } from "../../../../src/tekton/model.ts";
import { isRevisionParam } from "../../../../src/tekton/source/names.ts";
import {
  ownClone,
  type OwnCloneOptions,
  standInAtClone,
  withParam,
} from "../../../../src/tekton/source/own_clone.ts";
import { refusal } from "../../../support/refusal.ts";

const COMMIT = "0123456789012345678901234567890123456789";
const CLONE: Step = { name: "clone", image: "git:1", script: "git clone $URL ." };
const REPORT: Step = {
  name: "report",
  image: "git:1",
  script: "git rev-parse HEAD >$(results.sha.path)",
};

function chosen(spec: TaskSpec, rest: Partial<OwnCloneOptions> = {}) {
  const replaced = [...(spec.steps ?? []).keys()];
  return ownClone(spec, {
    owner: "task t",
    evidence: "interface",
    standIn: { replaced, at: 0 },
    given: [],
    commit: COMMIT,
    ...rest,
  });
}

Deno.test("the names of params that a commit fits", () => {
  for (
    const name
      of "revision REVISION git-revision gitRevision git_ref ref commit commit-sha sha sourceRef"
        .split(" ")
  ) assert.ok(isRevisionParam(name), name);
  for (const name of "refspec branch tag git-branch url subdirectory depth reference".split(" ")) {
    assert.ok(!isRevisionParam(name), name);
  }
});

Deno.test("the commit goes into the Task's param", () => {
  const params = [{ name: "url" }, { name: "refspec" }, { name: "revision", default: "" }];
  const results = [{ name: "commit" }, { name: "short-commit" }, { name: "url" }];
  assert.deepEqual(chosen({ params, results, steps: [CLONE, REPORT] }), {
    revision: { name: "revision", value: COMMIT },
    commitResults: ["commit"],
  });
});

Deno.test("a param that is the branch of git clone, which takes no hash, keeps its value", () => {
  const params = [{ name: "revision", default: "main" }];
  const revision = (script: string, step: Partial<Step> = {}) =>
    chosen({ params, steps: [{ ...CLONE, ...step, script }] }).revision?.name;
  assert.equal(revision("git clone --depth 1 --branch $(params.revision) $URL ."), undefined);
  assert.equal(revision("git -C / clone --branch=$(params.revision) $URL ."), undefined);
  const env = [{ name: "REV", value: "$(params.revision)" }];
  assert.equal(revision('git clone -b "$REV" $URL .', { env }), undefined);
  assert.equal(revision("git clone -b main $URL .; git checkout $(params.revision)"), "revision");
  const either =
    "git clone -b $(params.revision) u . || { git clone u .; git checkout $(params.revision); }";
  assert.equal(revision(either), "revision");
});

Deno.test("a Task that is inline may have the Pipeline's param", () => {
  const step = { ...CLONE, script: "git clone $(params.repo) . && git checkout $(params.git-ref)" };
  const outerParams = ["repo", "git-ref", "sha"];
  assert.equal(chosen({ steps: [step] }, { outerParams }).revision?.name, "git-ref");
  assert.equal(chosen({ steps: [step] }).revision, undefined);
});

Deno.test("the upload comes after the step that clones or tells the commit, else after the last", () => {
  const own = { name: "run", image: "own:1", command: ["/run"] };
  const at = (steps: Step[], at: number) =>
    standInAtClone({ results: [{ name: "commit" }], steps }, { replaced: [0, 1], at }).at;
  const tells = { ...own, script: "/report >$(results.commit.path)" };
  assert.equal(at([CLONE, own], 0), 0);
  assert.equal(at([tells, own], 0), 0);
  assert.equal(at([own, own], 0), 1);
});

Deno.test("what cannot be a base is refused", () => {
  const refused = (spec: TaskSpec, rest: Partial<OwnCloneOptions> = {}) =>
    refusal(() => chosen(spec, rest)).split("\n")[0];
  const none = { evidence: "none", standIn: { replaced: [], at: 0 } } as const;
  const build: Step = { name: "build", image: "go:1", script: "make all" };
  const both: Step = { name: "both", image: "go:1", script: "git clone $URL .\nmake all" };
  const entrypoint: Step = { name: "clone", image: "own:1", args: ["x"] };
  const why = "Cannot upload on a base: ";
  assert.equal(refused({ steps: [build] }, none), `${why}no step of task t clones`);
  assert.equal(refused({ steps: [build] }, { evidence: "none" }), `${why}no step of task t clones`);
  assert.equal(
    refused({ steps: [both] }, { evidence: "none" }),
    `${why}step "both" of task t clones and does other work`,
  );
  assert.equal(
    refused({ steps: [entrypoint] }),
    `${why}the work of step "clone" of task t is its image's own entrypoint`,
  );
});

Deno.test("a result that a later step writes cannot be set; one that it reads can", () => {
  const given = [{ name: "sha" }];
  assert.match(
    refusal(() => chosen({ steps: [CLONE, REPORT] }, { given })),
    /^Cannot set result "sha": a step of task t writes it after the upload\n/,
  );
  const writes = { ...CLONE, script: "git clone $URL .; echo x >$(results.sha.path)" };
  assert.deepEqual(chosen({ steps: [writes, REPORT] }, { given }).commitResults, []);
});

Deno.test("a param takes the place of one of its name", () => {
  const params: Param[] = [{ name: "a", value: "1" }, { name: "b", value: "2" }];
  assert.deepEqual(withParam(params, undefined), params);
  assert.deepEqual(withParam(params, { name: "a", value: "3" }), [params[1], {
    name: "a",
    value: "3",
  }]);
});
