import assert from "node:assert/strict";
import { gitFacts } from "../../../src/tree/git.ts";

const ANSWERS: Record<string, string | undefined> = {
  "rev-parse": "0123456789abcdef0123456789abcdef01234567\n",
  remote: "https://github.com/tektoncd/pipeline\n",
  log: "1700000000\n",
  status: "",
};

async function facts(answers: Record<string, string | undefined> = {}) {
  return await gitFacts((command, options) => {
    assert.equal(options?.cwd, "/tree");
    const verb = command.find((word) => word in ANSWERS)!;
    return Promise.resolve({ ...ANSWERS, ...answers }[verb]);
  }, "/tree");
}

Deno.test("the facts are those of HEAD and of origin, without line ends", async () => {
  assert.deepEqual(await facts(), {
    commit: "0123456789abcdef0123456789abcdef01234567",
    url: "https://github.com/tektoncd/pipeline",
    committerDate: "1700000000",
    dirty: false,
  });
});

Deno.test("a change makes it dirty, and so does a status that git does not tell", async () => {
  assert.equal((await facts({ status: " M main.go\n" }))?.dirty, true);
  assert.equal((await facts({ status: undefined }))?.dirty, true);
});

Deno.test("there are no facts without a commit, or without git", async () => {
  assert.equal(await facts({ "rev-parse": undefined, log: undefined }), undefined);
  assert.equal(await gitFacts(() => Promise.resolve(undefined), "/tree"), undefined);
});

Deno.test("a checkout without the remote origin has no url", async () => {
  const { url, commit } = (await facts({ remote: undefined }))!;
  assert.deepEqual({ url, commit }, { url: undefined, commit: ANSWERS["rev-parse"]!.trim() });
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
  Deno.test(`no password goes with the url: ${remote}`, async () => {
    assert.equal((await facts({ remote }))?.url, url);
  });
}
