import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { readObjects } from "../../../../src/commands/manifests/read_objects.ts";
import { UsageError } from "../../../../src/errors.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { rejection } from "../../../support/refusal.ts";
import { file } from "../../../support/tree_text.ts";

const TASK = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: t }
spec: { params: [{ name: count, default: 1 }], steps: [{ name: s, image: i, script: x }] }
`;
const RUN = `
apiVersion: tekton.dev/v1beta1
kind: PipelineRun
metadata: { name: r }
spec: { serviceAccountName: sa, pipelineRef: { name: p }, params: [{ name: a, value: {{ revision }} }] }
`;

function read(files: Record<string, string>, ...paths: string[]) {
  const nodes = Object.entries(files).map(([path, text]) => file(path, text));
  return readObjects(new FakeHost(new MemoryFiles(nodes), new FakeKube()), paths);
}

function refused(text: string): Promise<string> {
  return rejection(read({ "f.yaml": text }, "/tree/f.yaml"), UsageError);
}

Deno.test("runs and definitions of all versions are read as the current one", async () => {
  const { runs, definitions, others } = await read(
    { "f.yaml": `${TASK}---${RUN}---\nkind: Secret\napiVersion: v1\nmetadata: { name: s }\n` },
    "/tree/f.yaml",
  );
  assert.deepEqual(runs, [{
    from: "/tree/f.yaml",
    run: {
      apiVersion: "tekton.dev/v1",
      kind: "PipelineRun",
      metadata: { name: "r" },
      spec: {
        taskRunTemplate: { serviceAccountName: "sa", podTemplate: undefined },
        pipelineRef: { name: "p" },
        params: [{ name: "a", value: "{{ revision }}" }],
      },
    },
  }]);
  const task = definitions.find("Task", "t")!;
  assert.equal(task.spec.params![0].default, "1");
  assert.equal(definitions.find("Pipeline", "t"), undefined);
  assert.deepEqual(others, ['Secret "s" of /tree/f.yaml']);
});

Deno.test("a directory's YAML files are read by name, with those below and no hidden ones", async () => {
  const named = (name: string) => TASK.replace("name: t ", `name: ${name} `);
  const { definitions, others } = await read({
    "k/b.yaml": named("b"),
    "k/a/c.yml": named("c"),
    "k/.hidden.yaml": "{",
    "k/.git/x.yaml": "{",
    "k/README.md": "{",
    "k/kustomization.yaml": "resources: [b.yaml]",
  }, "/tree/k/");
  assert.deepEqual(definitions.of("Task").map(({ object, from }) => [object.metadata.name, from]), [
    ["c", "/tree/k/a/c.yml"],
    ["b", "/tree/k/b.yaml"],
  ]);
  assert.deepEqual(others, []);
});

Deno.test("errors name the file and the field", async () => {
  const cases: [string, string][] = [
    ["a: {", 'Cannot read "/tree/f.yaml": Flow map'],
    ["", 'Cannot read "/tree/f.yaml": it is empty'],
    ["just text", 'Cannot read "/tree/f.yaml": a document is no Kubernetes object'],
    [
      TASK.replace("script: x", "script: 1"),
      'Cannot read "/tree/f.yaml": Task "t": spec.steps[0].script is not a string',
    ],
    [TASK.replace("v1", "v9"), 'Cannot read "/tree/f.yaml": Task "t": it has the unknown version'],
    [
      RUN.replace("name: p", "name: 1"),
      'Cannot read "/tree/f.yaml": PipelineRun "r": spec.pipelineRef.name is not a string',
    ],
    [`${TASK}---${TASK}`, 'Cannot use Task "t": it is twice in "/tree/f.yaml"'],
    [
      "kind: Task\napiVersion: tekton.dev/v1\n",
      'Cannot read "/tree/f.yaml": Task "": it has no spec',
    ],
    ["a: &a [*a]", 'Cannot read "/tree/f.yaml": '],
  ];
  for (const [text, start] of cases) {
    const message = await refused(text);
    assert.ok(message.startsWith(start), `${message}\nshould start with ${start}`);
  }
});

Deno.test("missing, empty and too large files are errors", async () => {
  assert.equal(
    await rejection(read({}, "/tree/no.yaml"), UsageError),
    'Cannot read "/tree/no.yaml": no such file',
  );
  assert.equal(
    await rejection(read({ "d/x.md": "" }, "/tree/d"), UsageError),
    'Cannot read "/tree/d": it has no .yaml, .yml or .json file',
  );
  assert.equal(
    await rejection(read({ "f.yaml": " ".repeat(5 << 20) }, "/tree/f.yaml"), UsageError),
    'Cannot read "/tree/f.yaml": it is longer than 4 MiB',
  );
});

Deno.test("the items of lists are objects too: of kubectl's List, and of a TaskList without kinds", async () => {
  const list = `
apiVersion: v1
kind: List
items:
- apiVersion: tekton.dev/v1
  kind: Task
  metadata: { name: a, resourceVersion: "7", managedFields: [{ manager: m }] }
  spec: { steps: [{ name: s, image: i }] }
  status: {}
- apiVersion: tekton.dev/v1
  kind: TaskList
  metadata: {}
  items: [{ metadata: { name: b }, spec: { steps: [{ name: s, image: i }] } }]
- { apiVersion: v1, kind: ConfigMap, metadata: { name: c } }
`;
  const { definitions, others } = await read({ "f.yaml": list }, "/tree/f.yaml");
  assert.deepEqual(definitions.of("Task").map(({ object }) => object.metadata.name), ["a", "b"]);
  assert.deepEqual(others, ['ConfigMap "c" of /tree/f.yaml']);
});

Deno.test("an empty list is no object", async () => {
  const text = "{ apiVersion: v1, kind: List, items: [] }";
  assert.match(await refused(text), /^Cannot read "\/tree\/f\.yaml": it is empty/);
});

const PIPELINE = (task: string) => `
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: p }
spec: { tasks: [{ name: a, taskRef: { name: t }, ${task} }] }
`;

Deno.test("a mistyped field is refused with its path and what was meant", async () => {
  assert.equal(
    await refused(PIPELINE("timeoout: 3m")),
    'Cannot read "/tree/f.yaml": Pipeline "p": unknown field "spec.tasks[0].timeoout"\n' +
      "did you mean timeout?",
  );
  assert.match(
    await refused(PIPELINE("params: [{ name: q, vlaue: x }]")),
    /unknown field "spec\.tasks\[0\]\.params\[0\]\.vlaue"\ndid you mean value\?/,
  );
  assert.match(
    await refused(TASK.replace("script:", "resources: {}, script:")),
    /unknown field "spec\.steps\[0\]\.resources"\ndid you mean computeResources\?/,
  );
  assert.match(
    await refused(RUN.replace("v1beta1", "v1")),
    /unknown field "spec\.serviceAccountName"\ndid you mean taskRunTemplate\.serviceAccountName\?/,
  );
});

Deno.test("another unknown field may be newer than this program, so it stays", async () => {
  const text = PIPELINE("brandNew: 1") + "---" + TASK.replace("image: i", "image: i, shine: 2");
  const { definitions, unknown } = await read({ "f.yaml": text }, "/tree/f.yaml");
  const [task] = definitions.find("Pipeline", "p")!.spec.tasks!;
  assert.equal((task as unknown as Record<string, unknown>).brandNew, 1);
  assert.deepEqual(unknown, [
    'spec.tasks[0].brandNew of Pipeline "p" of /tree/f.yaml',
    'spec.steps[0].shine of Task "t" of /tree/f.yaml',
  ]);
});

Deno.test("many alike are reported once", async () => {
  const text = PIPELINE("brandNew: 1").replace(
    "tasks: [",
    "finally: [{ name: z, brandNew: 0 }], tasks: [",
  )
    .replace("tasks: [{", "tasks: [{ name: b, brandNew: 2 }, {");
  const { unknown } = await read({ "f.yaml": text }, "/tree/f.yaml");
  assert.deepEqual(unknown, [
    'spec.finally[0].brandNew of Pipeline "p" of /tree/f.yaml',
    'spec.tasks[0].brandNew (and 1 more) of Pipeline "p" of /tree/f.yaml',
  ]);
});

Deno.test("names that differ by case alone are read as Tekton reads them", async () => {
  const text = TASK.replace("script: x", "Script: x, volumemounts: [{ name: v, MountPath: /v }]");
  const { definitions, unknown } = await read({ "f.yaml": text }, "/tree/f.yaml");
  const [step] = definitions.find("Task", "t")!.spec.steps!;
  assert.equal(step.script, "x");
  assert.deepEqual(step.volumeMounts, [{ name: "v", mountPath: "/v" }]);
  assert.deepEqual(unknown, []);
});

Deno.test("two spellings of a field are refused, since only one can count", async () => {
  const text = TASK.replace("script: x", "Script: x, script: z");
  assert.match(
    await refused(text),
    /unknown field "spec\.steps\[0\]\.Script"\ndid you mean script\?/,
  );
});
