import assert from "node:assert/strict";
import { uploadTarget } from "../../../src/hold/upload_target.ts";
import type { Pod } from "../../../src/tekton/pod.ts";

const POD: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: {
    containers: [{
      name: "step-clone",
      image: "i",
      volumeMounts: [
        { name: "ws", mountPath: "/workspace/source" },
        { name: "auth", mountPath: "/workspace/auth" },
        { name: "cache", mountPath: "/cache", readOnly: true },
        { name: "tekton-creds", mountPath: "/tekton/creds" },
        { name: "tkn-dev-x", mountPath: "/tkn-dev" },
        { name: "csi", mountPath: "/csi" },
        { name: "csi-read-only", mountPath: "/csi-read-only" },
        { name: "ephemeral", mountPath: "/ephemeral" },
      ],
    }],
    volumes: [
      { name: "ws", persistentVolumeClaim: { claimName: "c" } },
      { name: "auth", ...{ secret: { secretName: "s" } } },
      { name: "cache", emptyDir: {} },
      { name: "tekton-creds", emptyDir: {} },
      { name: "tkn-dev-x", emptyDir: {} },
      { name: "csi", csi: { driver: "d" } },
      { name: "csi-read-only", csi: { driver: "d", readOnly: true } },
      { name: "ephemeral", ephemeral: {} },
    ],
  },
};

const target = (directory: string, into?: string) =>
  uploadTarget(POD, { container: "step-clone", directory, into });

Deno.test("the target of an upload's run is the directory that its gate prints", () => {
  const path = "/workspace/source";
  assert.deepEqual(target(path), { path, directory: "." });
  assert.deepEqual(target(path, "a/./b/"), { path, directory: "a/b" });
});

Deno.test("a volume of a CSI driver and an ephemeral one can be written", () => {
  for (const path of ["/csi", "/ephemeral"]) {
    assert.deepEqual(target(path), { path, directory: "." });
  }
});

Deno.test("a run that holds for a user has no target", () => {
  assert.equal(target(""), undefined);
});

Deno.test("a line of the container cannot choose another place than a writable volume", () => {
  for (
    const path of [
      "/workspace/auth",
      "/cache",
      "/tekton/creds",
      "/tkn-dev",
      "/csi-read-only",
      "/etc",
    ]
  ) {
    assert.equal(target(path), undefined, path);
  }
  assert.equal(target("/workspace/source", "../auth"), undefined);
});
