import assert from "node:assert/strict";
import { parseStatus } from "../../../src/kube/answers.ts";
import { exitCodeOf } from "../../../src/kube/frames.ts";
import { refused } from "../../../src/kube/status.ts";
import corpus from "../corpus/status.json" with { type: "json" };
import { anyJson, mostOf, number, roughly, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

const cause = mostOf({
  reason: roughly(fc.constantFrom("ExitCode", "FieldValueInvalid")),
  message: roughly(fc.oneof(number, text)),
});
const details = mostOf({
  kind: roughly(text),
  name: roughly(text),
  causes: roughly(fc.array(cause, { maxLength: 3 })),
});
const message = fc.oneof(
  text,
  fc.tuple(text, text, text).map(([user, verb, resource]) =>
    `User "${user}" cannot ${verb} resource "${resource}" in API group ""`
  ),
  fc.constantFrom("admission webhook denied", "exceeded quota", "404 page not found"),
);
export const anyStatus: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: mostOf({
      kind: roughly(fc.constantFrom("Status")),
      status: roughly(fc.constantFrom("Success", "Failure")),
      message: roughly(message),
      reason: roughly(text),
      code: roughly(fc.constantFrom(400, 401, 403, 404, 409, 410, 429, 500, 503)),
      details: details,
    }).map((status) => JSON.stringify(status)),
  },
  { weight: 1, arbitrary: anyJson.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: text },
);

/** An error response may come from any server between tkn-dev and the API server. */
export const statusTarget: Target<string> = {
  name: "status",
  claim: "for any content, a refusal becomes one error with a message and at most one exit code",
  inputs: anyStatus,
  check(input) {
    const status = parseStatus(input, 500);
    const attempt = { verb: "get", kind: "Pipeline", name: "p", namespace: "ns", server: "s" };
    const error = refused(attempt, status);
    assert.match(error.message, /^Cannot get Pipeline "p": /);
    assert.equal(typeof error.status, "object");
    const code = exitCodeOf(status);
    assert.ok(
      code === undefined || Number.isInteger(code) && code >= 0 && code <= 255,
      `its exit code is ${code}`,
    );
  },
  corpus,
  runs: 20_000,
};
