import assert from "node:assert/strict";
import { ClusterError } from "../../../../src/errors.ts";
import { checkAccess } from "../../../../src/run/create/access.ts";
import { refused } from "../../../../src/kube/status.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { rejection } from "../../../support/refusal.ts";

Deno.test("the check of rights passes, or names the first missing right", async () => {
  const kube = new FakeKube();
  await checkAccess(kube, "ns", "TaskRun");
  kube.denials.add("get pods/log").add("create taskruns");
  assert.equal(
    await rejection(checkAccess(kube, "ns", "TaskRun"), ClusterError),
    'Cannot upload in namespace "ns": you may not create taskruns.tekton.dev (403)\n' +
      "ask for this right; kubectl auth can-i create taskruns.tekton.dev -n ns checks it",
  );
  assert.match(
    await rejection(checkAccess(kube, "ns", "PipelineRun"), ClusterError),
    /: you may not get pods\/log \(403\)\n.*can-i get pods --subresource=log -n ns checks it$/,
  );
  kube.actsAs = { user: "jane", groups: ["qa"] };
  assert.match(
    await rejection(checkAccess(kube, "ns", "TaskRun"), ClusterError),
    /: user "jane" may not create taskruns.*\n.*taskruns.tekton.dev -n ns --as jane --as-group qa c/,
  );
});

Deno.test("for an exec, create or get is enough, unless the user asks for one protocol", async () => {
  const kube = new FakeKube();
  kube.onExec = () => Promise.reject(refusal(404, 'pods "x" not found'));
  const check = () => checkAccess(kube, "ns", "TaskRun");
  for (const verb of ["create", "get"]) {
    kube.denials.clear();
    kube.denials.add(`${verb} pods/exec`);
    await check();
  }
  kube.execVerbs = ["get"];
  assert.match(await rejection(check(), ClusterError), /you may not get pods\/exec \(403\)/);
  kube.execVerbs = ["create", "get"];
  kube.denials.add("create pods/exec");
  assert.equal(
    await rejection(check(), ClusterError),
    'Cannot upload in namespace "ns": you may not create pods/exec (403)\n' +
      "ask for this right; kubectl auth can-i create pods --subresource=exec -n ns checks it",
  );
});

const refusal = (code: number, message: string) =>
  refused({ verb: "exec into", kind: "Pod", server: "s" }, { code, message });

Deno.test("where websockets want create too, get alone is not enough: nothing is created", async () => {
  const kube = new FakeKube();
  kube.denials.add("create pods/exec");
  kube.onExec = () => Promise.reject(refusal(403, 'User "x" cannot create resource "pods/exec"'));
  for (const verbs of [["create", "get"], ["get"]]) {
    kube.execVerbs = verbs;
    assert.match(
      await rejection(checkAccess(kube, "ns", "TaskRun"), ClusterError),
      /: you may not create pods\/exec \(403\)\n/,
    );
  }
  kube.denials.clear();
  const before = kube.execs.length;
  await checkAccess(kube, "ns", "TaskRun");
  assert.equal(kube.execs.length, before, "only a missing right is a reason to ask");
});
