import assert from "node:assert/strict";
import {
  CLAIM,
  CSI_SOURCE,
  POD_TEMPLATE,
  whyNotStrict,
} from "../../../src/tekton/strict_fields.ts";

Deno.test("what Kubernetes knows passes, at any depth", () => {
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "x", labels: { a: "b" }, creationTimestamp: null },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      selector: { matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] },
    },
  };
  assert.equal(whyNotStrict(claim, CLAIM), undefined);
  const pod = {
    nodeSelector: { disk: "ssd" },
    tolerations: [{ key: "ci", operator: "Exists", tolerationSeconds: 3 }],
    securityContext: { runAsNonRoot: true, runAsUser: 1001 },
    volumes: [{ name: "v", emptyDir: { medium: "Memory" } }],
    affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 }] } },
    env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
  };
  assert.equal(whyNotStrict(pod, POD_TEMPLATE), undefined);
});

Deno.test("an unknown field and a wrong type are named by their places", () => {
  for (
    const [value, fields, why] of [
      [{ nodeSelectors: {} }, POD_TEMPLATE, 'unknown field "nodeSelectors"'],
      [{ tolerations: [{}, { keys: "x" }] }, POD_TEMPLATE, 'unknown field "tolerations[1].keys"'],
      [{ nodeSelector: { disk: true } }, POD_TEMPLATE, "nodeSelector.disk is not a text"],
      [
        { securityContext: { runAsUser: "1" } },
        POD_TEMPLATE,
        "securityContext.runAsUser is not a number",
      ],
      [{ hostNetwork: "yes" }, POD_TEMPLATE, "hostNetwork is not a boolean"],
      [{ volumes: {} }, POD_TEMPLATE, "volumes is not a list"],
      [{ spec: [] }, CLAIM, "spec is not an object"],
      [{ volumeAttributes: { a: 1 } }, CSI_SOURCE, "volumeAttributes.a is not a text"],
      [{ constructor: "x" }, CSI_SOURCE, 'unknown field "constructor"'],
      ["text", CLAIM, "it is not an object"],
      [
        { spec: { resources: { requests: { storage: "1GB" } } } },
        CLAIM,
        "spec.resources.requests.storage is not a quantity, as 1Gi",
      ],
    ] as const
  ) assert.equal(whyNotStrict(value, fields), why);
});

Deno.test("a quantity is a number, with or without one of Kubernetes' suffixes", () => {
  const why = (storage: unknown) =>
    whyNotStrict({ spec: { resources: { limits: { storage } } } }, CLAIM);
  for (const text of ["1Gi", "1.5G", ".5Ti", "100m", "12e6", "1E", "+1", 1073741824]) {
    assert.equal(why(text), undefined, `${text}`);
  }
  for (const text of ["", "lots", "1 Gi", "1gi", "1iG", "Gi", "1e", true, {}, [1]]) {
    assert.match(why(text) ?? "", /not a quantity/, `${text}`);
  }
});
