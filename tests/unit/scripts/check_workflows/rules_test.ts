import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { usedActions, workflowFaults } from "../../../../scripts/check_workflows/rules.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const GOOD = `on: { push: { tags: [v*] } }
permissions: { contents: read }
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@${COMMIT} # v7.0.1
        with: { persist-credentials: false }
      - run: npx -y deno@2.9.6 task build
  publish:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions: { contents: write }
    steps:
      - run: gh release create "$NAME"
        env: { NAME: "\${{ github.ref_name }}" }
`;

Deno.test("a workflow that follows the rules has no faults", () => {
  assert.deepEqual(workflowFaults(GOOD), []);
});

Deno.test("an action is known by its commit and its release", () => {
  assert.deepEqual(usedActions(GOOD), [
    { line: 8, repository: "actions/checkout", commit: COMMIT, tag: "v7.0.1" },
  ]);
});

const FAULTS: [string, string, string, string][] = [
  ["a tag is no pin", COMMIT, "v7", "line 8: actions/checkout@v7 is not pinned by a commit"],
  [
    "a pin needs its release",
    " # v7.0.1",
    "",
    `line 8: actions/checkout@${COMMIT} has no comment with its release`,
  ],
  [
    "a release is a whole version",
    "v7.0.1",
    "v7",
    `line 8: actions/checkout@${COMMIT} has no comment with its release`,
  ],
  [
    "an expression is no shell text",
    '"$NAME"',
    '"${{ github.ref_name }}"',
    "line 16: run has an expression, which may be shell text; use env",
  ],
  [
    "a secret is no shell text",
    '"$NAME"',
    '"${{ secrets.TOKEN }}"',
    "line 16: run has an expression, which may be shell text; use env",
  ],
  [
    "rights are listed",
    "permissions: { contents: read }\n",
    "",
    "permissions: missing, so GitHub may grant all",
  ],
  [
    "no right to write is for every job",
    "contents: read",
    "packages: write",
    "permissions: every job may write packages",
  ],
  [
    "not all rights",
    "permissions: { contents: read }",
    "permissions: write-all",
    "permissions: every job may write all",
  ],
  [
    "a pull request gets no right to write",
    "{ push: { tags: [v*] } }",
    "[push, pull_request]",
    "job publish: may write contents, and runs for pull requests",
  ],
  [
    "strangers get no rights",
    "{ push: { tags: [v*] } }",
    "pull_request_target",
    "on: pull_request_target runs code of strangers with the rights of the repository",
  ],
  [
    "packages get no right to write",
    "gh release create",
    "npx gh create",
    "job publish: may write contents, and runs code of packages",
  ],
  [
    "a job ends",
    "    timeout-minutes: 10\n    steps",
    "    steps",
    "job build: it has no timeout-minutes",
  ],
  [
    "a machine has a version",
    "ubuntu-24.04\n    timeout-minutes: 10\n    steps",
    "ubuntu-latest\n    timeout-minutes: 10\n    steps",
    "job build: runs-on names no version",
  ],
  [
    "a checkout leaves no token",
    "persist-credentials: false",
    "fetch-depth: 0",
    "job build: checkout leaves the token in .git; set persist-credentials: false",
  ],
];

for (const [rule, good, bad, fault] of FAULTS) {
  Deno.test(`a fault is found: ${rule}`, () => {
    assert.ok(GOOD.includes(good));
    assert.deepEqual(workflowFaults(GOOD.replace(good, bad)), [fault]);
  });
}

Deno.test("a key that is there twice is a fault", () => {
  const [fault] = workflowFaults(`${GOOD}jobs: {}\n`);
  assert.match(fault, /^Map keys must be unique/);
});
