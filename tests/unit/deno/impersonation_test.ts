import assert from "node:assert/strict";
import { Fields } from "../../../src/deno/network/kubeconfig/entries.ts";
import { encodedHeader } from "../../../src/deno/network/kubeconfig/headers.ts";
import {
  impersonationHeaders,
  impersonationOf,
} from "../../../src/deno/network/kubeconfig/impersonation.ts";
import { refusal } from "../../support/refusal.ts";

function headers(content: object, flags: { as?: string; asGroups?: string[] } = {}) {
  return impersonationHeaders(impersonationOf(flags, new Fields("user", { name: "a", content })));
}

const FULL = {
  "as": "jane",
  "as-uid": "7",
  "as-groups": ["qa", "night shift"],
  "as-user-extra": { "example.com/Scope": ["one", "two"], "50%": ["x"] },
};

Deno.test("every field of an impersonation is a header, and each group is a separate one", () => {
  assert.deepEqual(headers(FULL), [
    ["Impersonate-User", "jane"],
    ["Impersonate-Uid", "7"],
    ["Impersonate-Group", "qa"],
    ["Impersonate-Group", "night shift"],
    ["Impersonate-Extra-example.com%2FScope", "one"],
    ["Impersonate-Extra-example.com%2FScope", "two"],
    ["Impersonate-Extra-50%25", "x"],
  ]);
  assert.deepEqual(headers({}), []);
});

Deno.test("a flag overrides its field alone, as with kubectl", () => {
  assert.deepEqual(headers({ "as": "jane", "as-groups": ["qa"] }, { as: "joe" }), [
    ["Impersonate-User", "joe"],
    ["Impersonate-Group", "qa"],
  ]);
  assert.deepEqual(headers({ "as": "jane", "as-groups": ["qa"] }, { asGroups: ["dev", "ops"] }), [
    ["Impersonate-User", "jane"],
    ["Impersonate-Group", "dev"],
    ["Impersonate-Group", "ops"],
  ]);
  assert.deepEqual(headers({ "as-uid": "7" }, { as: "joe" }), [
    ["Impersonate-User", "joe"],
    ["Impersonate-Uid", "7"],
  ]);
});

Deno.test("what belongs to an impersonation is refused without its user", () => {
  assert.equal(
    refusal(() => headers({}, { asGroups: ["qa"] })),
    "Cannot use --as-group: there is no user to impersonate\nname the user too: --as USER",
  );
  for (const field of ["as-uid", "as-groups", "as-user-extra"] as const) {
    assert.equal(
      refusal(() => headers({ [field]: FULL[field] })),
      `Cannot use user "a": it has ${field} without as, the user to impersonate`,
    );
  }
  assert.deepEqual(headers({ "as-groups": [], "as-user-extra": null, "as-uid": "" }), []);
});

Deno.test("a field of another type is refused", () => {
  for (
    const [content, state] of [
      [{ "as-groups": "qa" }, "its as-groups is not a list of strings"],
      [{ "as-groups": ["qa", 7] }, "its as-groups is not a list of strings"],
      [{ "as-user-extra": [] }, "its as-user-extra is not an object"],
      [{ "as-user-extra": { a: "b" } }, "its as-user-extra.a is not a list of strings"],
    ] as const
  ) assert.equal(refusal(() => headers(content)), `Cannot use user "a": ${state}`);
});

Deno.test("a header's value is UTF-8 in a character for each byte, without control characters", () => {
  assert.deepEqual(encodedHeader(["a", "jörg"]), ["a", "j\u00c3\u00b6rg"]);
  assert.deepEqual(encodedHeader(["a", "b\tc"]), ["a", "b\tc"]);
  for (const value of ["a\nb", "a\r", "\0", "\x7f"]) {
    assert.equal(encodedHeader(["a", value]), undefined);
  }
});
