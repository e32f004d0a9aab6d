import assert from "node:assert/strict";
import {
  uploadAnnotations,
  uploadedBase,
  uploadedPlace,
} from "../../../../src/commands/source/upload_annotation.ts";

const RECEIPT = { files: 1, bytes: 2, digest: "d" } as Parameters<typeof uploadAnnotations>[0];

Deno.test("the annotation tells where the upload is", () => {
  const place = { volume: "claim/c", directory: "src" };
  assert.deepEqual(uploadedPlace(uploadAnnotations(RECEIPT, { place })), place);
});

Deno.test("an annotation of another version, or that somebody else wrote, tells no place", () => {
  assert.equal(uploadedPlace(undefined), undefined);
  assert.equal(uploadedPlace(uploadAnnotations(RECEIPT, {})), undefined);
  for (const text of ["", "{", "null", "[]", '{"place":"x"}', '{"place":{"volume":1}}']) {
    assert.equal(uploadedPlace({ "tkn-dev/upload": text }), undefined, text);
  }
});

Deno.test("an annotation tells a base only by a whole hash", () => {
  const base = "1".repeat(40);
  assert.equal(uploadedBase(uploadAnnotations(RECEIPT, { base })), base);
  for (const text of ["null", '{"base":1}', '{"base":"main"}', '{"base":"--output=/x"}']) {
    assert.equal(uploadedBase({ "tkn-dev/upload": text }), undefined, text);
  }
});
