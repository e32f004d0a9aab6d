import assert from "node:assert/strict";
import type { ResultSpec } from "../../../../src/tekton/model.ts";
import {
  type CheckoutFacts,
  standInResults,
  whyTooLarge,
} from "../../../../src/tekton/source/result_values.ts";
import { refusal } from "../../../support/refusal.ts";

const OWNER = 'task "clone"';

function standIn(
  declared: ResultSpec[],
  given: Record<string, string> = {},
  known: CheckoutFacts = {},
) {
  const pairs = Object.entries(given).map(([name, value]) => ({ name, value }));
  return standInResults(OWNER, declared, pairs, known);
}

Deno.test("a given value wins over a known value, and a known value over an empty one", () => {
  const declared = [{ name: "commit" }, { name: "url" }, { name: "other" }];
  const known = { commit: "abc", url: "https://x", branch: "y" };
  assert.deepEqual(standIn(declared, { commit: "mine" }, known), {
    values: { commit: "mine", url: "https://x", other: "" },
    empty: ["other"],
  });
});

Deno.test("facts about the checkout fill results by the names that clone Tasks use, in any spelling", () => {
  const known = {
    commit: "abcdef0123",
    shortCommit: "abcdef0",
    tree: "123",
    committerDate: "17",
    branch: "main",
    url: "https://x",
  };
  const names: Record<string, string> = {
    // Names in git-clone, git-batch-merge, and the Tasks of Konflux, OpenShift, IBM and others.
    "commit url committer-date tree": "abcdef0123 https://x 17 123",
    "commit-timestamp short-commit merged_sha": "17 abcdef0 abcdef0123",
    "chains-git_url chains-git_commit": "https://x abcdef0123",
    "CHAINS-GIT_URL CHAINS-GIT_COMMIT": "https://x abcdef0123",
    "COMMIT URL COMMITTER_DATE": "abcdef0123 https://x 17",
    "git-repository git-branch git-commit": "https://x main abcdef0123",
    "commit-sha sha git-url GIT_SHA gitShortSha":
      "abcdef0123 abcdef0123 https://x abcdef0123 abcdef0",
    "RESULT_SHA short_sha commit_short repo-url": "abcdef0123 abcdef0 abcdef0 https://x",
  };
  for (const [declared, values] of Object.entries(names)) {
    const results = declared.split(" ").map((name) => ({ name }));
    const stood = standIn(results, {}, known);
    assert.deepEqual(Object.values(stood.values), values.split(" "), declared);
    assert.deepEqual(stood.empty, []);
  }
});

Deno.test("a result of another name stays empty", () => {
  const names = ["SOURCE_ARTIFACT", "git-user", "image-url", "commit-message", "digest", "result"];
  const { empty } = standIn(names.map((name) => ({ name })), {}, { commit: "a", url: "b" });
  assert.deepEqual(empty, names);
});

Deno.test("a result that the user sets to an empty text is not reported as empty", () => {
  assert.deepEqual(standIn([{ name: "a" }], { a: "" }), { values: { a: "" }, empty: [] });
});

Deno.test("of two values for one result the last wins", () => {
  const given = [{ name: "a", value: "1" }, { name: "a", value: "2" }];
  assert.deepEqual(standInResults(OWNER, [{ name: "a" }], given, {}).values, { a: "2" });
});

Deno.test("an unknown result gets the empty value of its type", () => {
  const declared: ResultSpec[] = [
    { name: "text", type: "string" },
    { name: "list", type: "array" },
    { name: "map", type: "object", properties: { a: {}, b: {} } },
    { name: "bare", type: "object" },
  ];
  const { values, empty } = standIn(declared);
  assert.deepEqual(values, { text: "", list: "[]", map: '{"a":"","b":""}', bare: "{}" });
  assert.deepEqual(empty, ["text", "list", "map", "bare"]);
});

Deno.test("a known text does not fill an array", () => {
  assert.deepEqual(standIn([{ name: "url", type: "array" }], {}, { url: "x" }).values, {
    url: "[]",
  });
});

Deno.test("names of JavaScript's own properties are no facts", () => {
  assert.deepEqual(standIn([{ name: "constructor" }]).values, { constructor: "" });
});

Deno.test("arrays and objects are given as JSON, which stays verbatim", () => {
  const declared: ResultSpec[] = [{ name: "list", type: "array" }, { name: "map", type: "object" }];
  const given = { list: '["a", "b"]', map: '{"k": "v"}' };
  assert.deepEqual(standIn(declared, given), { values: given, empty: [] });
});

Deno.test("a value of another type is refused with an example", () => {
  const list: ResultSpec[] = [{ name: "list", type: "array" }];
  const map: ResultSpec[] = [{ name: "map", type: "object" }];
  for (const text of ["a,b", '{"a":"b"}', '"a"', "null", ""]) {
    assert.equal(
      refusal(() => standIn(list, { list: text })),
      'Cannot set result "list" of task "clone": it is an array, to be given as JSON\n' +
        `--result list='["a","b"]'`,
    );
  }
  for (const text of ["a:b", "[]", "null", "1"]) {
    assert.match(
      refusal(() => standIn(map, { map: text })),
      /it is an object, to be given as JSON/,
    );
  }
});

Deno.test("an undeclared result is refused with a list of the declared ones", () => {
  assert.equal(
    refusal(() => standIn([{ name: "a" }, { name: "b" }], { c: "1" })),
    'Cannot set result "c": task "clone" has no such result\nits results: a, b',
  );
  assert.match(refusal(() => standIn([], { c: "1" })), /\nit has no results$/);
});

Deno.test("results larger than a container's termination message are reported with the limit", () => {
  assert.equal(whyTooLarge('task "t"', { commit: "x".repeat(3_994) }), undefined);
  assert.equal(
    whyTooLarge('task "t"', { commit: "x".repeat(3_995) }),
    'Results of task "t" take 4097 bytes: more than 4096 fail its step, ' +
      "unless the cluster has results-from: sidecar-logs",
  );
});
