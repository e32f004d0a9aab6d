import assert from "node:assert/strict";
import type { Pod } from "../../../../src/tekton/pod.ts";
import { placeIn, volumePlace } from "../../../../src/tekton/breakpoint/volume_place.ts";

interface Mount {
  mountPath: string;
  subPath?: string;
  subPathExpr?: string;
  readOnly?: boolean;
}

function pod(mount: Mount, { name = "p", claim = "c" } = {}): Pod {
  const volume = claim === ""
    ? { name: "ws", emptyDir: {} }
    : { name: "ws", persistentVolumeClaim: { claimName: claim } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      containers: [{ name: "step-s", image: "i", volumeMounts: [{ name: "ws", ...mount }] }],
      volumes: [volume],
    },
  };
}

const CLONE = pod({ mountPath: "/workspace/output", subPath: "team" });

function uploaded(directory: string) {
  const place = volumePlace(CLONE, "step-s", { path: "/workspace/output", directory });
  assert.ok(place);
  return place;
}

Deno.test("a step that mounts the claim at another path has the upload in its directory", () => {
  const test = pod({ mountPath: "/workspace/source", subPath: "team" }, { name: "q" });
  assert.deepEqual(uploaded("src/app"), { volume: "claim/c", directory: "team/src/app" });
  const path = "/workspace/source";
  assert.deepEqual(placeIn(test, "step-s", uploaded("src/app")), { path, directory: "src/app" });
  assert.deepEqual(placeIn(test, "step-s", uploaded(".")), { path, directory: "." });
});

Deno.test("a step that mounts another part of the volume has it where that part begins", () => {
  const path = "/w";
  const place = (subPath?: string) =>
    placeIn(pod({ mountPath: path, subPath }), "step-s", uploaded("src/app"));
  assert.deepEqual(place(), { path, directory: "team/src/app" });
  assert.deepEqual(place("team/src/app"), { path, directory: "." });
  assert.equal(place("team/src/app/deep"), undefined);
  assert.equal(place("tea"), undefined);
});

Deno.test("a step that has another volume, or cannot write, does not have the upload", () => {
  const place = uploaded("src");
  assert.equal(placeIn(pod({ mountPath: "/w" }, { claim: "d" }), "step-s", place), undefined);
  assert.equal(placeIn(pod({ mountPath: "/w", readOnly: true }), "step-s", place), undefined);
  assert.equal(placeIn(pod({ mountPath: "/w", subPathExpr: "$(A)" }), "step-s", place), undefined);
  assert.equal(placeIn(pod({ mountPath: "/w" }), "step-other", place), undefined);
});

Deno.test("an emptyDir is that of one pod", () => {
  const mount = { mountPath: "/w" };
  const own = pod(mount, { claim: "" });
  const place = volumePlace(own, "step-s", { path: "/w", directory: "src" });
  assert.ok(place);
  assert.deepEqual(placeIn(own, "step-s", place), { path: "/w", directory: "src" });
  assert.equal(placeIn(pod(mount, { name: "q", claim: "" }), "step-s", place), undefined);
});

Deno.test("an annotation cannot name a place outside of the volume", () => {
  const place = { volume: "claim/c", directory: "../x" };
  assert.equal(placeIn(pod({ mountPath: "/w" }), "step-s", place), undefined);
});
