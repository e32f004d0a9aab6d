import assert from "node:assert/strict";
import type { WorkspaceBinding } from "../../../src/tekton/model.ts";
import {
  type Candidate,
  checkWorkspaces,
  chooseWorkspace,
  whyReadOnly,
} from "../../../src/tekton/workspaces.ts";
import { refusal } from "../../support/refusal.ts";

const OWNER = 'Task "t"';

function candidate(
  name: string,
  binding?: Partial<WorkspaceBinding>,
  readOnly?: boolean,
): Candidate {
  return {
    workspace: { name, readOnly },
    binding: binding && { name: `bound-${name}`, ...binding },
  };
}

const claim = { persistentVolumeClaim: { claimName: "pvc" } };

Deno.test("declared workspaces may be given once, and be left out", () => {
  checkWorkspaces(OWNER, [{ name: "a" }, { name: "b" }], [{ name: "a" }]);
});

Deno.test("an undeclared workspace is refused with a list of the declared ones", () => {
  assert.equal(
    refusal(() => checkWorkspaces(OWNER, [{ name: "a" }, { name: "b" }], [{ name: "x" }])),
    'Cannot bind workspace "x": Task "t" has no such workspace\nits workspaces: a, b',
  );
  assert.match(
    refusal(() => checkWorkspaces(OWNER, [], [{ name: "x" }])),
    /\nit has no workspaces$/,
  );
});

Deno.test("a workspace that is given twice is refused", () => {
  assert.equal(
    refusal(() => checkWorkspaces(OWNER, [{ name: "a" }], [{ name: "a" }, { name: "a" }])),
    'Cannot bind workspace "a": it is given twice',
  );
});

Deno.test("the reason for a read-only workspace is the kind of its binding", () => {
  const kinds: [Partial<WorkspaceBinding>, string | undefined][] = [
    [{ configMap: { name: "c" } }, "it is a config map"],
    [{ secret: { secretName: "s" } }, "it is a secret"],
    [{ projected: {} }, "it is a projected volume"],
    [{ persistentVolumeClaim: { claimName: "p", readOnly: true } }, "its claim is bound read-only"],
    [{ persistentVolumeClaim: { claimName: "p" } }, undefined],
    [{ csi: { driver: "d", readOnly: true } }, "its CSI volume is bound read-only"],
    [{ csi: { driver: "d" } }, undefined],
    [{ emptyDir: {} }, undefined],
    [{ volumeClaimTemplate: { spec: {} } }, undefined],
  ];
  for (const [binding, why] of kinds) assert.equal(whyReadOnly({ name: "a", ...binding }), why);
});

Deno.test("the only bound and writable workspace is chosen", () => {
  const candidates = [
    candidate("unbound"),
    candidate("keys", { secret: { secretName: "s" } }),
    candidate("mounted-read-only", claim, true),
    candidate("source", claim),
  ];
  assert.equal(chooseWorkspace(OWNER, candidates, undefined).workspace.name, "source");
});

Deno.test("of several writable workspaces the user must name one", () => {
  const candidates = [candidate("a", claim), candidate("b", { emptyDir: {} })];
  assert.equal(
    refusal(() => chooseWorkspace(OWNER, candidates, undefined)),
    'Cannot choose a workspace of Task "t": a, b can all be written\nchoose one: --on-workspace a',
  );
  assert.equal(chooseWorkspace(OWNER, candidates, "b").workspace.name, "b");
});

Deno.test("if no workspace is writable, the message says why for each", () => {
  const candidates = [
    candidate("a"),
    candidate("b", { configMap: { name: "c" } }),
    candidate("c", claim, true),
  ];
  assert.match(
    refusal(() => chooseWorkspace(OWNER, candidates, undefined)),
    /^Cannot upload into Task "t": none of its workspaces can be written \("a": nothing is bound to it; "b": it is a config map; "c": the Task mounts it read-only\)\n/,
  );
  assert.match(refusal(() => chooseWorkspace(OWNER, [], undefined)), /: it has no workspace\n/);
});

Deno.test("the workspace that the user names must exist and be writable", () => {
  assert.equal(
    refusal(() => chooseWorkspace(OWNER, [candidate("a", claim)], "x")),
    'Cannot upload into workspace "x": Task "t" has no such workspace\nits workspaces: a',
  );
  assert.match(
    refusal(() => chooseWorkspace(OWNER, [candidate("a", claim), candidate("b")], "b")),
    /^Cannot upload into workspace "b" of Task "t": nothing is bound to it\n/,
  );
});
