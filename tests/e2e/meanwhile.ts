/** Events on a real cluster during an upload: kills, deletions and missing volumes. */
import assert from "node:assert/strict";
import { applyYaml } from "../support/cluster.ts";
import { startTknDev, tknDev } from "../support/program.ts";
import { tree, writeTree } from "../support/tree_text.ts";
import type { Scenario } from "../scenarios/scenario.ts";

const OBJECTS = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: t-hungry }
spec:
  workspaces: [{ name: source }]
  steps:
    - name: eat
      image: localhost/busybox:1
      computeResources: { limits: { memory: 24Mi }, requests: { memory: 24Mi } }
      script: |
        #!/bin/sh
        echo eating
        dd if=/dev/zero of=/dev/null bs=200M count=1
    - { name: after, image: "localhost/busybox:1", script: "echo after" }
---
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: t-goes-on }
spec:
  workspaces: [{ name: source }]
  steps:
    - name: look
      image: localhost/busybox:1
      workingDir: $(workspaces.source.path)
      script: |
        echo "$(cat here.txt)"
        until [ -e go ]; do sleep 0.1; done
`;

const WHERE = "-w name=source,emptyDir=".split(" ");

export const meanwhileScenarios: Scenario[] = [
  {
    name: "a step that runs out of memory ends its run, even though later steps still wait",
    async run({ flags, kube }, directory) {
      await applyYaml(kube, OBJECTS);
      writeTree(directory, tree("file here.txt here"));
      const ran = await tknDev(["task", "upload", "t-hungry", directory, ...WHERE, ...flags]);
      assert.equal(ran.code, 1, ran.stderr);
      assert.equal(ran.stdout, "[eat] eating\n");
      assert.match(ran.stderr, /^ {2}step eat: OOMKilled \(limit 24Mi\)$/m);
      const name = /^Created TaskRun (\S+)/m.exec(ran.stderr)![1];
      const logs = await tknDev(["tr", "logs", "-f", name, ...flags]);
      assert.deepEqual([logs.code, logs.stdout], [1, "[eat] eating\n"]);
    },
  },
  {
    name: "a pod deleted by force gets the upload again; logs report a pod that no longer exists",
    needs: ["kubectl"],
    async run({ flags, kube }, directory) {
      await applyYaml(kube, OBJECTS);
      writeTree(directory, tree("file here.txt here"));
      const words = ["task", "upload", "t-goes-on", directory, ...WHERE, ...flags];
      const running = startTknDev(words);
      await running.stdoutMatch(/^\[look\] here$/m);
      const name = /^Created TaskRun (\S+)/m.exec(
        await running.stderrMatch(/^Created TaskRun \S+[^]*^Resumed$/m),
      )![1];
      kubectl(flags, "delete", "pod", `${name}-pod`, "--force", "--grace-period=0");
      await running.stderrMatch(/recreated: sending again\n[^]*^Resumed$/m);
      await running.stdoutMatch(/^\[look\] here\n\[look\] here$/m);
      kubectl(flags, "exec", `${name}-pod`, "-c", "step-look", "--", "touch", "go");
      const { code, stdout, stderr } = await running.ended;
      assert.deepEqual([code, stdout], [0, "[look] here\n[look] here\n"], stderr);

      kubectl(flags, "delete", "pod", `${name}-pod`);
      const logs = await tknDev(["tr", "logs", name, ...flags]);
      assert.deepEqual([logs.code, logs.stdout], [0, ""]);
      assert.match(logs.stderr, /^Note: Pod \S+ of TaskRun \S+ is gone, and its logs with it$/m);
    },
  },
  {
    name: "while it waits, the client reports a claim that cannot be bound",
    async run({ flags, kube }, directory) {
      await applyYaml(kube, OBJECTS);
      writeTree(directory, tree("file here.txt here"));
      const template = `${directory}/claim.yaml`;
      await Deno.writeTextFile(
        template,
        "spec: { storageClassName: nope, accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }",
      );
      const where = ["-w", `name=source,volumeClaimTemplateFile=${template}`];
      const running = startTknDev(["task", "upload", "t-goes-on", directory, ...where, ...flags]);
      await running.stderrMatch(
        /^Note: pod .*claim pvc-\w+: ProvisioningFailed: .*"nope" not found; kubectl get sto/m,
      );
      running.signal("SIGINT");
      assert.equal((await running.ended).code, 130);
    },
  },
];

/** Runs kubectl with tkn-dev's flags. */
function kubectl(flags: readonly string[], ...words: string[]): void {
  const own = flags.map((word) => ({ "-c": "--context", "-k": "--kubeconfig" })[word] ?? word);
  const { success, stderr } = new Deno.Command("kubectl", { args: [...own, ...words] })
    .outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
}
