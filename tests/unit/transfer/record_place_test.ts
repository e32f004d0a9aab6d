import assert from "node:assert/strict";
import type { Pod } from "../../../src/tekton/pod.ts";
import { outlivesRun, recordPlace, type SentAgain } from "../../../src/transfer/record_place.ts";

const KEPT = { persistentVolumeClaim: { claimName: "sources" } };
/** As Tekton names a claim from a volumeClaimTemplate. */
const OF_RUN = { persistentVolumeClaim: { claimName: "pvc-0123456789" } };
const OF_POD = { emptyDir: {} };

const PAUSE = { container: "step-s", directory: "/workspace/source" };

function podWith(volume: object): Pod {
  const volumeMounts = [{ name: "ws-1", mountPath: PAUSE.directory }];
  return {
    metadata: { name: "p" },
    spec: {
      containers: [{ name: "step-s", image: "i", volumeMounts }],
      volumes: [{ name: "ws-1", ...volume }],
    },
  };
}

function place(volume: object, again?: SentAgain, directory = ".") {
  return recordPlace({ pod: podWith(volume), pause: PAUSE, directory, again });
}

const IN_DIRECTORY = "./.tkn-dev-upload/record";
const BESIDE_GATE = /^\/tkn-dev\/record-[0-9a-f]{12}$/;

Deno.test("an upload that no other follows leaves a record only where another run may follow", () => {
  assert.equal(place(KEPT), IN_DIRECTORY);
  assert.equal(place(OF_RUN), undefined);
  assert.equal(place(OF_POD), undefined);
});

Deno.test("for the held step alone, the record of a run's volume is beside the gate", () => {
  assert.equal(place(KEPT, "here"), IN_DIRECTORY);
  assert.match(place(OF_RUN, "here")!, BESIDE_GATE);
  assert.match(place(OF_POD, "here")!, BESIDE_GATE);
});

Deno.test("for steps of other pods, the record is in each directory that they can have", () => {
  assert.equal(place(KEPT, "elsewhere"), IN_DIRECTORY);
  assert.equal(place(OF_RUN, "elsewhere"), IN_DIRECTORY);
  assert.match(place(OF_POD, "elsewhere")!, BESIDE_GATE, "only steps of its pod");
});

Deno.test("each directory has its own record beside the gate", () => {
  assert.equal(place(OF_POD, "here"), place(OF_POD, "elsewhere"));
  assert.notEqual(place(OF_POD, "here", "sub"), place(OF_POD, "here"));
});

Deno.test("only a claim that is not made for the run outlives it", () => {
  const outlives = (volume: object) => outlivesRun({ pod: podWith(volume), pause: PAUSE });
  assert.deepEqual([KEPT, OF_RUN, OF_POD].map(outlives), [true, false, false]);
  assert.equal(outlivesRun({ pod: undefined, pause: PAUSE }), false);
});
