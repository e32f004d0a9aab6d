import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { app } from "../../../../src/app.ts";
import { NAMESPACES } from "../../../../src/objects/namespaces.ts";
import { type Task, TASKS } from "../../../../src/tekton/model.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { directory, file, tree } from "../../../support/tree_text.ts";

async function stderrOf(line: string): Promise<string> {
  const kube = new FakeKube();
  kube.put(NAMESPACES, { metadata: { name: "default", namespace: "" } });
  kube.put<Task>(TASKS, { metadata: { name: "t" }, spec: { steps: [{ image: "i" }] } });
  const files = new MemoryFiles(tree("file a"), "/src");
  for (const path of [".", "src"]) files.put(path, directory(""));
  files.put("b", file("b", ""));
  const host = new FakeHost(files, kube);
  const code = await app(line.split(" "), host);
  assert.equal(code, 3, `${line}\n${host.terminal.stderr}`);
  return host.terminal.stderr + host.terminal.stdout;
}

for (
  const [line, meant] of [
    ["task upload src", "tkn-dev task upload TASK ./src"],
    ["task debug src --exec-instead x", "tkn-dev task upload TASK ./src"],
    ["pipeline upload src", "tkn-dev pipeline upload PIPELINE ./src"],
    ["pipeline debug src --on-failure --exec-instead x", "tkn-dev pipeline upload PIPELINE ./src"],
    ["taskrun upload src", "tkn-dev taskrun upload RUN ./src"],
    ["doctor src", "tkn-dev doctor ./src"],
  ]
) {
  Deno.test(`${line}: without such an object, the hint tells how to name the directory`, async () => {
    const shown = await stderrOf(line);
    assert.match(shown, /not found in namespace/);
    assert.ok(shown.includes(`if "src" is the directory: ${meant}`), shown);
    assert.doesNotMatch(await stderrOf(line.replace(" src", " b")), /is the directory/);
  });
}

Deno.test("the names that there are follow", async () => {
  assert.match(await stderrOf("task upload src"), /TASK \.\/src; its tasks: t\n/);
});
