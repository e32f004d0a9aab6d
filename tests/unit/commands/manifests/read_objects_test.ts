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
