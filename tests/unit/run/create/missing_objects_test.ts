import assert from "node:assert/strict";
import { ClusterError } from "../../../../src/errors.ts";
import { refused } from "../../../../src/kube/status.ts";
import { CLAIMS } from "../../../../src/objects/claims.ts";
import { checkNoneMissing, missingObjects } from "../../../../src/run/create/missing_objects.ts";
import type { TaskRun, WorkspaceBinding } from "../../../../src/tekton/model.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { refusal } from "../../../support/refusal.ts";

function runOn(...claims: string[]): TaskRun {
  const workspaces = claims.map((claimName): WorkspaceBinding => ({
    name: `on-${claimName}`,
    persistentVolumeClaim: { claimName },
  }));
  return { kind: "TaskRun", metadata: { name: "r" }, spec: { workspaces } };
}

Deno.test("a claim that does not exist is named, and each claim is asked for once", async () => {
  const kube = new FakeKube();
  kube.put(CLAIMS, { metadata: { name: "there" } });
  const reads: string[] = [];
  kube.onRead = (read) => void reads.push(read);
  const run = runOn("there", "none", "there");
  const missing = await missingObjects(kube, run);
  assert.deepEqual(missing.map(({ name }) => name), ["none"]);
  assert.deepEqual(reads, ["get PersistentVolumeClaim there", "get PersistentVolumeClaim none"]);
  assert.equal(
    refusal(() => checkNoneMissing(kube, missing, run), ClusterError),
    'Cannot start a run with claim "none" (workspace "on-none"): not found in namespace "default"\n' +
      "kubectl get pvc -n default lists those that exist",
  );
});

Deno.test("a missing claim that the run no longer names is no error", async () => {
  const kube = new FakeKube();
  checkNoneMissing(kube, await missingObjects(kube, runOn("none")), runOn("there"));
});

Deno.test("a claim that the user may not read counts as there", async () => {
  const kube = new FakeKube();
  kube.onRead = () => {
    throw refused(
      { verb: "get", kind: "PersistentVolumeClaim", name: "none", server: kube.server },
      { code: 403, message: "forbidden" },
    );
  };
  assert.deepEqual(await missingObjects(kube, runOn("none")), []);
});
