import assert from "node:assert/strict";
import { gitFacts } from "../../../../src/tree/git/git_facts.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const ANSWERS: Record<string, string | undefined> = {
  log: `${COMMIT}\n0123456\n89abcdef89abcdef89abcdef89abcdef89abcdef\n1700000000\n`,
  "symbolic-ref": "main\n",
  remote: "https://github.com/tektoncd/pipeline\n",
  status: "",
};

async function facts(answers: Record<string, string | undefined> = {}) {
  return await gitFacts((command, options) => {
    assert.equal(options?.cwd, "/tree");
    assert(options?.without?.some(({ name }) => name === "GIT_DIR"));
    const verb = command.find((word) => word in ANSWERS)!;
    return Promise.resolve({ ...ANSWERS, ...answers }[verb]);
  }, "/tree");
}

Deno.test("the facts are those of HEAD and of origin, without trailing newlines", async () => {
  assert.deepEqual(await facts(), {
    commit: COMMIT,
    shortCommit: "0123456",
    tree: "89abcdef89abcdef89abcdef89abcdef89abcdef",
    committerDate: "1700000000",
    branch: "main",
    url: "https://github.com/tektoncd/pipeline",
    dirty: false,
  });
});

Deno.test("a change makes the checkout dirty, and so does a failed git status", async () => {
  assert.equal((await facts({ status: " M main.go\n" }))?.dirty, true);
  assert.equal((await facts({ status: undefined }))?.dirty, true);
});

Deno.test("without a commit or without git, there are no facts", async () => {
  assert.equal(await facts({ log: undefined }), undefined);
  assert.equal(await gitFacts(() => Promise.resolve(undefined), "/tree"), undefined);
});

Deno.test("without the remote origin there is no url, with a detached HEAD no branch", async () => {
  const { url, commit } = (await facts({ remote: undefined }))!;
  assert.deepEqual({ url, commit }, { url: undefined, commit: COMMIT });
  assert.equal((await facts({ "symbolic-ref": undefined }))?.branch, undefined);
});

for (
  const [remote, url] of [
    ["https://user:secret@host/a.git", "https://host/a.git"],
    ["https://token@host:8443/a", "https://host:8443/a"],
    ["https://user:p@ss@host/a", "https://host/a"],
    ["https://host/a@b", "https://host/a@b"],
    ["ssh://git@host/a", "ssh://git@host/a"],
    ["ssh://git:secret@host/a", "ssh://git@host/a"],
    ["git@github.com:tektoncd/pipeline.git", "git@github.com:tektoncd/pipeline.git"],
    ["../pipeline", "../pipeline"],
  ]
) {
  Deno.test(`the url has no password: ${remote}`, async () => {
    assert.equal((await facts({ remote }))?.url, url);
  });
}
