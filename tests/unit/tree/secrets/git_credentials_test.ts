import assert from "node:assert/strict";
import {
  mayHoldCredentials,
  storeFiles,
  withoutCredentials,
} from "../../../../src/tree/secrets/git_credentials.ts";

const CONFIG = `# mine
[core]
\trepositoryformatversion = 0
\tsshCommand = ssh -i ~/.ssh/key
[remote "origin"]
\turl = https://example.com/team/app.git
\tpushurl = ssh://git@example.com/team/app.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
[url "https://example.com/"]
\tinsteadOf = gh:
[credential]
\thelper = osxkeychain
\thelper = "!gh auth git-credential"
\tusername = me
[http]
\temptyAuth = true
\tproxy = proxy.example.com:3128
\tsslCertPasswordProtected = true
[branch "token"]
\tremote = origin
`;

Deno.test("a configuration without credentials stays the same to the byte", () => {
  for (const text of [CONFIG, CONFIG.replaceAll("\n", "\r\n"), `\uFEFF${CONFIG}`, "", "[core]"]) {
    assert.equal(withoutCredentials(text), text);
  }
});

Deno.test("passwords in URLs are removed everywhere in a text", () => {
  const secret = CONFIG.replaceAll("https://example.com", "https://me:s3cret@example.com")
    .replace("git@", "git:s3cret@");
  assert.equal(withoutCredentials(secret), CONFIG);
  const log =
    "0 1 A <a@b.c> 1 +0000\tclone: from https://s3cret@example.com/x?private_token=s3cret\n";
  assert.equal(
    withoutCredentials(log),
    "0 1 A <a@b.c> 1 +0000\tclone: from https://example.com/x?private_token=\n",
  );
});

for (
  const [line, left] of [
    [
      '[http "https://example.com/"]\n\textraheader = AUTHORIZATION: basic s3cret\n\tx = y\n',
      '[http "https://example.com/"]\n\tx = y\n',
    ],
    [
      "[http]\n\textraheader = \\\n  Authorization: Bearer \\\n  s3cret\n\tx = y\n",
      "[http]\n\tx = y\n",
    ],
    ["[http] extraHeader = PRIVATE-TOKEN: s3cret\n[a]\n", "[http]\n[a]\n"],
    ["[http]\n; extraheader = s3cret\n", "[http]\n"],
    ["[http]\n# x = \\\n#  Bearer s3cret\n# why\n", "[http]\n# x = \\\n# why\n"],
    ["[http]\n\tproxy = me:s3cret@proxy:3128\n", "[http]\n"],
    ["[http]\n\tproxy = http://me:s3cret@proxy:3128\n", "[http]\n\tproxy = http://proxy:3128\n"],
    [
      '[credential]\n\thelper = "!f() { echo username=me; echo password=s3cret; }; f"\n',
      "[credential]\n",
    ],
    ["[sendemail]\n\tsmtpPass = s3cret\n\tsmtpUser = me\n", "[sendemail]\n\tsmtpUser = me\n"],
    ["[github]\n\toauth-token = s3cret\n[gitlab]\ntoken=s3cret", "[github]\n[gitlab]\n"],
    ["[core]\n\tsshCommand = sshpass -p s3cret ssh\n", "[core]\n"],
    ["[alias]\n\tx = !curl -H 'Authorization: token s3cret' host\n", "[alias]\n"],
    ["[a]\n\tx = ghp_s3crets3crets3crets3cret\n", "[a]\n"],
    [
      '[url "https://x:s3cret@h/"]\n\tinsteadOf = https://h/\n',
      '[url "https://h/"]\n\tinsteadOf = https://h/\n',
    ],
  ] as [string, string][]
) {
  Deno.test(`the secret is removed from ${JSON.stringify(line)}`, () => {
    assert.equal(withoutCredentials(line), left);
  });
}

Deno.test("in a text that is not a configuration, only URLs change", () => {
  const message = "Merge branch 'x' of https://host/y\n\n[token]\npassword = example\n";
  assert.equal(withoutCredentials(message), message);
});

Deno.test("objects, refs, the index and hooks are not searched, but a submodule named like them is", () => {
  const hash = "0".repeat(38);
  for (
    const path of [
      ...["index", "packed-refs", "refs/heads/main", "refs/tags/v1", "hooks/pre-push"],
      ...[`objects/ab/${hash}`, "objects/pack/pack-1.pack", "objects/info/packs"],
      ...[`modules/lib/objects/ab/${hash}`, "objects/info/commit-graphs/graph-1.graph"],
      `lfs/objects/ab/cd/${"0".repeat(64)}`,
    ]
  ) assert.equal(mayHoldCredentials(path), false, path);
  for (
    const path of [
      ...["config", "config.worktree", "FETCH_HEAD", "logs/HEAD", "logs/refs/heads/main"],
      ...["remotes/origin", "branches/x", "objects/info/http-alternates", "mine.cfg", "MERGE_MSG"],
      ...["modules/lib/config", "modules/hooks/config", "modules/objects/config"],
      "worktrees/x/config.worktree",
    ]
  ) assert.equal(mayHoldCredentials(path), true, path);
});

Deno.test("the files of credential.helper=store are found", () => {
  const config = "[credential]\nhelper = store --file .git/one\nhelper = store --file=/two\n" +
    "helper = \"store --file 'a b'\"\nhelper = store\nhelper = cache --timeout 1\n";
  assert.deepEqual(storeFiles(config), [".git/one", "/two", "a b"]);
});

Deno.test("the work for a long line is linear", () => {
  for (
    const sign of [" ", "\n", "[", "\\", "#", "a-", "://", "$", "@", '"', " =", "\t;", "password"]
  ) {
    const long = sign.repeat(300_000 / sign.length);
    for (
      const text of [
        `[a]\n${long}`,
        `[a]\ntoken =${long}x`,
        `[${long}\nx = ://`,
        `[a] ${long}://b@c`,
      ]
    ) {
      const clean = withoutCredentials(text);
      assert(clean.length <= text.length + 1);
      storeFiles(text);
    }
  }
});
