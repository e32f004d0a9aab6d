import assert from "node:assert/strict";
import type { Step, TaskSpec } from "../../../../src/tekton/model.ts";
import { type Evidence, isClone, standInFor } from "../../../../src/tekton/source/stand_in.ts";
import { workOf } from "../../../../src/tekton/source/step_work.ts";
import { refusal } from "../../../support/refusal.ts";

const GIT_INIT: Step = {
  name: "clone",
  image: "git-init:1",
  script:
    '/ko-app/git-init -url="$PARAM_URL" -path="$CHECKOUT_DIR"\ncd "$CHECKOUT_DIR"\ngit rev-parse HEAD',
};
const CHECK: Step = { name: "symlink-check", image: "ubi:9", script: "check_symlinks" };
const PACK: Step = { name: "pack", image: "pack:1", args: ["create", "--store", "x"] };
const MAKE: Step = { name: "build", image: "go:1", script: "#!/bin/sh\nmake all" };
const BOTH: Step = { name: "both", image: "go:1", script: "git clone $URL .\nmake all" };

const INTERFACE: TaskSpec = { params: [{ name: "url" }], results: [{ name: "commit" }] };

function standIn(
  steps: Step[],
  evidence: Evidence,
  { asked, isShared = true, spec = {} }: { asked?: string; isShared?: boolean; spec?: TaskSpec } =
    {},
) {
  const { replaced, at } = standInFor({ ...spec, steps }, {
    owner: "task t",
    evidence,
    asked,
    isShared,
  });
  return [replaced, at];
}

Deno.test("a clone of one step is replaced whole, regardless of its text", () => {
  assert.deepEqual(standIn([GIT_INIT], "interface"), [[0], 0]);
  assert.deepEqual(standIn([{ name: "x", image: "own:1" }], "interface"), [[0], 0]);
  assert.deepEqual(standIn([{ name: "x", image: "own:1" }], "name"), [[0], 0]);
});

Deno.test("checks after a clone run; steps that need its repository, or prepare it, do not", () => {
  const prepare: Step = { name: "token", image: "curl:1", script: "get-token" };
  const report: Step = { name: "report", image: "git-init:1", script: "/scripts/report.sh" };
  assert.deepEqual(standIn([GIT_INIT, CHECK], "interface"), [[0], 0]);
  assert.deepEqual(standIn([prepare, GIT_INIT], "interface"), [[0, 1], 1]);
  assert.deepEqual(standIn([prepare, GIT_INIT, report, CHECK], "interface"), [[0, 1, 2], 1]);
});

Deno.test("a build after a clone runs, even in the clone's image or with git in its script", () => {
  const build: Step = { name: "build", image: GIT_INIT.image, script: "make all" };
  const describe: Step = {
    name: "build",
    image: "go:1",
    script: 'V=$(git describe --always)\ngo build -ldflags "-X main.v=$V" ./...',
  };
  const report: Step = { name: "report", image: "git:1", script: "git rev-parse HEAD" };
  assert.deepEqual(standIn([GIT_INIT, build], "interface"), [[0], 0]);
  assert.deepEqual(standIn([GIT_INIT, describe], "interface"), [[0], 0]);
  assert.deepEqual(standIn([GIT_INIT, report, build], "interface"), [[0, 1], 0]);
});

Deno.test("a clone's only step that also builds is replaced only if the user names it", () => {
  assert.equal(
    refusal(() => standIn([BOTH], "interface")),
    'Cannot take the place of task t: step "both" fetches the source and does other work too\n' +
      "name the step that the upload stands in for with --on-step: both",
  );
  assert.deepEqual(standIn([BOTH], "interface", { asked: "both" }), [[0], 0]);
  // Unknown programs count as part of the clone.
  const own: Step = { name: "x", image: "i", script: "git clone u .\nupdate-trust\ncurl -s x" };
  assert.deepEqual(standIn([own], "interface"), [[0], 0]);
});

Deno.test("a task with a clone's interface is no clone if it runs build tools and fetches nothing", () => {
  const steps = (script: string) => ({ ...INTERFACE, steps: [{ name: "x", image: "i", script }] });
  assert.equal(isClone(steps("kustomize edit set image a=b\ngit commit -am x\ngit push")), false);
  assert.equal(isClone(steps("skopeo copy docker://$(params.url) dir:x")), false);
  assert.equal(isClone(steps("own-fetch $(params.url)")), true);
  assert.equal(isClone(steps("git clone $(params.url) . && make")), true);
  assert.equal(isClone({ ...INTERFACE, steps: [{ name: "x", image: "own:1" }] }), true);
});

Deno.test("a task that downloads a file is no clone, unless it unpacks an archive", () => {
  const steps = (...scripts: string[]) => ({
    ...INTERFACE,
    steps: scripts.map((script) => ({ image: "i", script })),
  });
  assert.equal(isClone(steps("wget -O f $(params.url)\nsha256sum f")), false);
  assert.equal(
    isClone(steps("curl -o f $(params.url)", "sha256sum f >$(results.sha.path)")),
    false,
  );
  assert.equal(isClone(steps("wget -q -O - $(params.url) | tar -xz")), true);
  assert.equal(isClone(steps("curl -o key https://example.org", "own-fetch")), true);
  assert.equal(isClone(steps("curl -o key https://example.org", "git clone $(params.url)")), true);
});

Deno.test("a step after a clone runs even if it only prints or edits, unless it asks git", () => {
  const clone: Step = { name: "clone", image: "git:1", script: "git clone $(params.url) ." };
  const keys: Step = { name: "keys", image: "git:1", script: "mkdir -p ~/.ssh" };
  const edit: Step = { name: "edit", image: "busybox:1", script: "sed -i s/0.0.0/1.2.3/ version" };
  const log: Step = { name: "log", image: "git:1", script: "git log -1" };
  for (const evidence of ["name", "none"] as const) {
    assert.deepEqual(standIn([keys, clone, log, edit], evidence), [[0, 1, 2], 1]);
  }
});

Deno.test("a build before a clone runs", () => {
  const token: Step = { name: "token", image: "curl:1", script: "get-token" };
  assert.deepEqual(standIn([MAKE, token, GIT_INIT, CHECK], "interface"), [[1, 2], 2]);
});

Deno.test("if the source stays in the Task, only the step that fetches is replaced", () => {
  const options = { isShared: false, spec: INTERFACE };
  assert.deepEqual(standIn([GIT_INIT, CHECK, PACK], "interface", options), [[0], 0]);
  assert.deepEqual(standIn([MAKE, GIT_INIT, PACK], "interface", options), [[1], 1]);
  // An unknown program may fetch: the step that writes the commit is replaced.
  const own: Step = { name: "x", image: "own:1", script: "own-fetch >$(results.commit.path)" };
  assert.deepEqual(standIn([CHECK, own, PACK], "interface", options), [[1], 1]);
});

Deno.test("of a task that clones and builds, only the step that fetches is replaced", () => {
  assert.deepEqual(standIn([GIT_INIT, MAKE], "none"), [[0], 0]);
  assert.deepEqual(standIn([GIT_INIT, MAKE], "name"), [[0], 0]);
  // A later step that fetches for its own work stays.
  assert.deepEqual(standIn([GIT_INIT, BOTH], "none"), [[0], 0]);
});

Deno.test("a step that fetches and builds is replaced only if the user names it", () => {
  assert.equal(
    refusal(() => standIn([BOTH, MAKE], "none")),
    'Cannot take the place of task t: step "both" fetches the source and does other work too\n' +
      "name the step that the upload stands in for with --on-step: both, build",
  );
  assert.throws(() => standIn([BOTH], "name"), /does other work too/);
  assert.deepEqual(standIn([BOTH, MAKE], "none", { asked: "both" }), [[0], 0]);
});

Deno.test("a task that fetches nothing is not replaced; a task with a URL may fetch", () => {
  assert.deepEqual(standIn([MAKE, CHECK], "none"), [[], 0]);
  assert.throws(
    () => standIn([MAKE], "none", { spec: { params: [{ name: "repo-url" }] } }),
    /Cannot tell which step of task t fetches/,
  );
});

const works: [Step, string][] = [
  [{ script: "git clone https://example.org/a.git /workspace/source" }, "fetch"],
  [{ image: "alpine/git", args: ["clone", "https://example.org/a.git", "."] }, "fetch"],
  [{ image: "x", command: ["git"], args: ["-C", "/w", "clone", "u"] }, "fetch"],
  [{ image: "x", command: ["/bin/sh", "-c"], args: ["cd /w && git clone u ."] }, "fetch"],
  [{ image: "x", command: ["/ko-app/git-init"], args: ["-url", "u"] }, "fetch"],
  [{
    script:
      "set -eu\nif [ -d x ]; then\n  rm -rf x # old\nfi\nX=$(git rev-parse HEAD)\ngit init\ngit fetch o r",
  }, "fetch"],
  [{ script: "cleandir() {\n  rm -rf ./*\n}\ncleandir\ngit clone u ." }, "fetch"],
  [{ script: "cat >f <<EOF\nmake all\nEOF\ngit clone u ." }, "fetch"],
  [{
    ref: {
      resolver: "git",
      params: [{ name: "pathInRepo", value: "stepaction/git-clone/x.yaml" }],
    },
  }, "fetch"],
  [{
    script:
      'git clone u .\nX="$(git rev-parse HEAD | tr -d x)"\necho -n "$X" >$(results.commit.path)',
  }, "fetch"],
  [{ script: 'case "$A" in\n  main) git fetch o main ;;\nesac' }, "fetch"],
  [{ script: 'for d in $(ls); do\n  echo "a; make (b) $d"\ndone\ngit pull' }, "fetch"],
  [{ script: 'get() {\n  git clone "$1" "$2"\n}\nget u .' }, "fetch"],
  [{ script: 'retry() { "$@" || "$@"; }\nretry git clone u .' }, "fetch"],
  [{ script: "if x=y; then git clone -b a u d; else git clone u d; fi" }, "fetch"],
  [{ script: "git clone u src\ngit clone v tools" }, "mixed"],
  [{ script: 'get() { git clone "$1"; }\nget https://h/a\nget https://h/b' }, "mixed"],
  [{ script: 'run() { "$@"; }\ngit clone u .\nrun make' }, "mixed"],
  [{ script: "git clone u .\n$(params.script)" }, "mixed"],
  [{ script: 'git clone u .\n"${TOOL}" build' }, "mixed"],
  [{ script: 'git clone u .\neval "$BUILD"' }, "mixed"],
  [{ script: "eval 'git clone u .\ngit fetch --all'" }, "fetch"],
  [{ script: "eval 'git clone u .\nmake'" }, "mixed"],
  [{ script: "git clone u .\nmvn package" }, "mixed"],
  [{ script: "git clone u . && make" }, "mixed"],
  [{ script: `git clone u .\necho "done\nmake` }, "mixed"],
  [{ script: `git clone u .\necho ${"$(echo ".repeat(30)}${")".repeat(30)}` }, "mixed"],
  [{ script: "git clone u .\nenv CGO_ENABLED=0 go build" }, "mixed"],
  [{ script: "git clone u .\nsed -i s/a/b/ f\ngit commit -am x\ngit push" }, "mixed"],
  [{ script: 'echo "git clone"; exit 9' }, "idle"],
  [{ script: "git diff --stat" }, "idle"],
  [{ script: "make all" }, "work"],
  [{ image: "kaniko", args: ["--dockerfile=x"] }, "work"],
  [{ image: "x" }, "work"],
  [{ ref: { name: "build" } }, "work"],
];

for (const [step, work] of works) {
  Deno.test(`a step does ${work}: ${JSON.stringify(step).slice(0, 60)}`, () => {
    assert.equal(workOf(step), work);
  });
}
