import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { parse } from "../../../src/cli/parse.ts";
import { options, run } from "../../../src/commands/create.ts";
import { ExpectedError, UsageError } from "../../../src/errors.ts";
import type { KubeObject, Resource, Stored } from "../../../src/kube/interface.ts";
import { TASK_RUNS, type TaskRun, TASKS } from "../../../src/tekton/model.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { refusal, rejection } from "../../support/refusal.ts";
import { tree } from "../../support/tree_text.ts";

const HELD = `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: r }
spec:
  debug: { breakpoint: [onSteps], steps: [s] }
  taskRef: { name: t }
`;
const PLAIN = HELD.replace(/ {2}debug: .*\n/, "");

/** Drops the fields of the TEP, as the CRD of most clusters does, unless `keeps`. */
class Cluster extends FakeKube {
  constructor(private readonly keeps = false) {
    super();
    this.put(TASKS, { metadata: { name: "t" }, spec: { steps: [{ name: "s", script: "x" }] } });
  }

  override async create<T extends KubeObject>(
    resource: Resource,
    object: T,
    given: { dryRun?: boolean } = {},
  ): Promise<Stored<T>> {
    const spec: Record<string, unknown> = { ...object.spec as object };
    if (!this.keeps) delete spec.debug;
    const { timeout = "1h0m0s" } = spec;
    return await super.create(resource, { ...object, spec: { ...spec, timeout } }, given);
  }
}

async function create(stdin: string, argv: string[] = [], kube = new Cluster()) {
  const host = new FakeHost(new MemoryFiles(tree("file a.yaml x")), kube);
  host.terminal.stdin = stdin;
  const call = parse(["create", "-f", "-", ...argv], PROGRAM);
  const code = await run(host, options(call));
  const runs = await kube.list<TaskRun>(TASK_RUNS, { namespace: "default" });
  return { code, runs, kube, ...host.terminal };
}

Deno.test("a run with the TEP's fields is created to hold, with a note how to continue", async () => {
  const { code, runs: [created], stdout, stderr } = await create(HELD);
  assert.equal(code, 0);
  assert.equal(stdout, "taskrun.tekton.dev/r created\n");
  assert.equal(
    stderr,
    "Note: The run will hold at s. To continue: " +
      "tkn-dev taskrun shell|run|continue|fail-continue r -n default\n",
  );
  const elsewhere = await create(HELD, ["-c", "other", "-k", "/k"]);
  assert.match(elsewhere.stderr, /fail-continue r -n default -c other -k \/k\n$/);
  assert.match(created.spec.taskSpec!.steps![0].script!, /^#!\/bin\/sh\n# Unpacks/);
  assert.equal(created.spec.timeout, "1h0m0s600s");
  assert.equal(created.metadata.labels?.["tkn-dev/task"], "t");
  assert.ok(created.metadata.labels?.["tkn-dev/version"]);
});

Deno.test("a cluster that knows the fields gets the run unchanged", async () => {
  const { runs: [created], stderr } = await create(HELD, [], new Cluster(true));
  assert.deepEqual(created.spec.debug, { breakpoint: ["onSteps"], steps: ["s"] });
  assert.deepEqual(created.spec.taskRef, { name: "t" });
  assert.equal(stderr, "");
});

Deno.test("documents are created in order, those without breakpoints unchanged", async () => {
  const { stdout, runs } = await create(`${PLAIN}---\n${HELD.replace("name: r", "name: q")}`);
  assert.equal(stdout, "taskrun.tekton.dev/r created\ntaskrun.tekton.dev/q created\n");
  assert.deepEqual(runs[0].metadata.labels, undefined);
});

Deno.test("--dry-run prints the run and the changes in it, and creates nothing", async () => {
  const { stdout, runs } = await create(HELD, ["--dry-run"]);
  assert.match(stdout, /^# Holds at s, (.*\n# )+.*\napiVersion: tekton.dev\/v1\nkind: TaskRun\n/);
  assert.deepEqual(runs, []);
  assert.equal((await create(PLAIN, ["-o", "name"])).stdout, "taskrun.tekton.dev/r\n");
});

/** A run with empty fields, as templates leave them. */
const EMPTY = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  generateName: r-
  labels: # empty
spec:
  debug:
    breakpoint: [onTasks]
    tasks: [a]
    steps: # empty
  params: # empty
  pipelineSpec:
    finally: # empty
    tasks:
      - name: a
        matrix: # empty
        when: # empty
        params: # empty
        taskSpec:
          stepTemplate: # empty
          metadata: # empty
          steps:
            - name: s
              image: i
              script: x
              args: # empty
              command: # empty
              env: # empty
              ref: # empty
`;

Deno.test("empty fields mean the same as absent ones", async () => {
  const without = EMPTY.replaceAll(/^.*# empty\n/gm, "");
  const [empty, plain] = await Promise.all(
    [EMPTY, without].map((text) => create(text, ["--dry-run"])),
  );
  assert.equal(empty.stdout, plain.stdout);
  assert.match(empty.stdout, /^# Holds at a\/s, /);
});

for (
  const [what, text, words] of [
    ["no YAML", "a: [", /^Cannot read "-": /],
    ["nothing", "---\n", /^Cannot create what is in "-": it is empty/],
    [
      "another kind",
      "apiVersion: v1\nkind: Pod\nmetadata: { name: p }",
      /^Cannot create Pod "p" of -: it is not a run\na Pipeline/,
    ],
    ["a text", "hello", /^Cannot read "-": a document is no Kubernetes object/],
    [
      "a kind that every object has",
      PLAIN.replace("TaskRun", "toString"),
      /^Cannot create toString "r" of -: it is not a run/,
    ],
    [
      "a kind that is a list",
      PLAIN.replace("TaskRun", "[TaskRun]"),
      /: a document is no Kubernetes object/,
    ],
    [
      "a definition beside a run",
      `${PLAIN}---\n{ apiVersion: tekton.dev/v1, kind: Task, metadata: { name: t }, spec: {} }\n`,
      /^Cannot create Task "t" of -: it is not a run/,
    ],
    ["an old version", PLAIN.replace("/v1", "/v1alpha1"), /unknown version tekton.dev\/v1alpha1/],
    ["another namespace", PLAIN.replace("name: r", "name: r, namespace: x"), /"x" itself\n-n x$/],
    [
      "a step that is not there",
      HELD.replace("[s]", "[other]"),
      /^Cannot find step "other": Task "t" has no such step\nits steps: s$/,
    ],
    ["a Task that is not there", HELD.replace("name: t ", "name: u "), /^Cannot get Task "u"/],
  ] as const
) {
  Deno.test(`nothing is created from a file with ${what}`, async () => {
    const kube = new Cluster();
    assert.match(await rejection(create(text, [], kube), ExpectedError as never), words);
    assert.deepEqual(kube.changes, []);
  });
}

Deno.test("a file is required, and a missing file is named", async () => {
  assert.match(refusal(() => options(parse(["create"], PROGRAM))), /no file is given/);
  const host = new FakeHost(new MemoryFiles(tree("file a.yaml x")), new Cluster());
  const call = parse(["create", "-f", "/none.yaml"], PROGRAM);
  assert.equal(
    await rejection(run(host, options(call)), UsageError),
    'Cannot read "/none.yaml": no such file',
  );
});

Deno.test("the runs of a List are created, as kubectl prints it", async () => {
  const items = [PLAIN, HELD.replace("name: r", "name: q")].map((text) =>
    `- ${text.trim().replaceAll("\n", "\n  ")}\n`
  );
  const { stdout } = await create(`apiVersion: v1\nkind: List\nitems:\n${items.join("")}`);
  assert.equal(stdout, "taskrun.tekton.dev/r created\ntaskrun.tekton.dev/q created\n");
});

Deno.test("a mistyped field is refused before anything is created", async () => {
  const kube = new Cluster();
  const creating = create(PLAIN.replace("taskRef", "timeoout: 1h\n  taskRef"), [], kube);
  assert.match(
    await rejection(creating, UsageError),
    /^Cannot read "-": TaskRun "r": unknown field "spec\.timeoout"\ndid you mean timeout\?/,
  );
  assert.deepEqual(await kube.list<TaskRun>(TASK_RUNS, { namespace: "default" }), []);
});

Deno.test("a field that the program does not know is noted, and passed on", async () => {
  const kube = new Cluster();
  const { stderr } = await create(PLAIN.replace("taskRef", "wholly: new\n  taskRef"), [], kube);
  assert.equal(
    stderr,
    'Note: This version does not know the field spec.wholly of TaskRun "r" of -\n',
  );
  const [run] = await kube.list<TaskRun>(TASK_RUNS, { namespace: "default" });
  assert.equal((run.spec as Record<string, unknown>).wholly, "new");
});

Deno.test("the fields of TEP-0149 are known", async () => {
  assert.doesNotMatch((await create(HELD)).stderr, /does not know/);
});
