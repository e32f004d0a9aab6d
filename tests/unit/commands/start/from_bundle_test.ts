/** Runs of a Task in a bundle, from a registry in memory. */
import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { app } from "../../../../src/app.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { type BundleObject, FakeRegistry, USER } from "../../../support/fake_registry.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { tree } from "../../../support/tree_text.ts";

const task = (name: string, apiVersion = "tekton.dev/v1") => ({
  kind: "task",
  name,
  text: `{ apiVersion: ${apiVersion}, kind: Task, metadata: { name: ${name} }, spec: ` +
    "{ params: [{ name: who, default: you }], workspaces: [{ name: w, optional: true }], " +
    'steps: [{ name: s, image: i, script: "echo $(context.task.name)" }] } }',
});

async function ran(
  line: string,
  { objects = [task("say"), task("old", "tekton.dev/v1beta1")], reads = [] as string[] } = {},
) {
  const registry = await FakeRegistry.of(objects as BundleObject[]);
  registry.auth = "basic";
  const host = new FakeHost(new MemoryFiles(tree("file a")), new FakeKube());
  host.terminal.isTerminal = { stdin: reads.length > 0, stdout: false, stderr: reads.length > 0 };
  host.terminal.reads = reads;
  host.variables.NO_COLOR = "1";
  host.clock.isAutomatic = true;
  host.onRequest = (url, { headers }) => registry.answer(new Request(url, { headers }));
  const { username, password } = USER;
  const login = `--remote-username ${username} --remote-password ${password}`;
  const code = await app(`${line} -i r.test/tasks:1 ${login}`.split(" "), host);
  return { code, ...host.terminal };
}

Deno.test("a Task out of a bundle starts inline, with its own name in it", async () => {
  for (const name of ["say", "old"]) {
    const { code, stdout, stderr } = await ran(`task start ${name} -p who=ada --dry-run -o json`);
    assert.equal(code, 0, stderr);
    const { metadata, spec } = JSON.parse(stdout);
    assert.equal(metadata.generateName, `${name}-run-`);
    assert.equal(spec.taskRef, undefined);
    assert.deepEqual(spec.params, [{ name: "who", value: "ada" }]);
    assert.equal(spec.taskSpec.steps[0].script, `echo ${name}`);
  }
});

Deno.test("an upload holds it, and a copy of the run says how to start another", async () => {
  const line = "task upload say /tree -w name=w,emptyDir= --on-step s --dry-run -o json";
  const { code, stdout, stderr } = await ran(line);
  assert.equal(code, 0, stderr);
  assert.ok(stdout.includes("tkn-dev task upload -i r.test/tasks:1 say"));
  const debugged = await ran("task debug say -w name=w,emptyDir= --dry-run -o json");
  assert.ok(debugged.stdout.includes("tkn-dev task debug -i r.test/tasks:1 say"));
});

Deno.test("on a terminal, a missing name is chosen among the Tasks of the bundle", async () => {
  const { code, stdout, stderr } = await ran("task start --dry-run -o json", {
    reads: ["sa", "\r"],
  });
  assert.equal(code, 0, stderr);
  assert.match(JSON.parse(stdout).metadata.generateName, /^say-/);
  assert.match(stderr, /old[^]*say/);
});

Deno.test("what is no Task of that version is refused in one line", async () => {
  const wrong = { ...task("say"), text: "{ kind: Pipeline, apiVersion: tekton.dev/v1 }" };
  const broken = { ...task("say"), text: "{ kind: [" };
  const future = task("say", "tekton.dev/v9");
  for (
    const [object, why] of [
      [wrong, "it is no Task"],
      [broken, "Flow sequence"],
      [future, "it has the unknown version tekton.dev/v9"],
    ] as const
  ) {
    const { code, stderr } = await ran("task start say", { objects: [object] });
    assert.equal(code, 3);
    const start = 'Error: Cannot read task "say" of the bundle "r.test/tasks:1": ';
    assert.ok(stderr.startsWith(start + why), stderr);
  }
});
