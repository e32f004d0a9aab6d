import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { forgeFile, gitPlace, whyNotReadable } from "../../../src/tekton/git_place.ts";

const place = (values: Record<string, string>) => gitPlace(new Map(Object.entries(values)));

Deno.test("the params of the git resolver name a repository by its URL, or at a server", () => {
  assert.deepEqual(place({ url: "https://x.test/a", pathInRepo: "/./t.yaml" }), {
    url: "https://x.test/a",
    revision: "HEAD",
    path: "t.yaml",
  });
  const named = { org: "acme", repo: "ci", pathInRepo: "t.yaml", revision: "main" };
  assert.deepEqual(place({ ...named, serverURL: "https://x.test/" }), {
    url: "https://x.test/acme/ci",
    revision: "main",
    path: "t.yaml",
  });
  assert.equal(place(named), undefined); // the cluster's configuration has the server
  assert.equal(place({ url: "https://x.test/a" }), undefined);
});

for (
  const url of [
    "https://x.test/a/b.git",
    "http://x.test:8080/a",
    "ssh://git@x.test/a",
    "git://x.test/a",
    "git@x.test:a/b.git",
    "x.test:a",
  ]
) {
  Deno.test(`git may read ${url}`, () => {
    assert.equal(whyNotReadable({ url, revision: "v1.0", path: "t.yaml" }), undefined);
  });
}

for (
  const url of [
    "ext::sh -c x",
    "file:///etc",
    "/etc/x",
    "../x",
    "C:/x",
    "C:\\x",
    "-u:x",
    "https://-x/a",
    "ssh://-oProxyCommand=x/a",
    "git@x.test:-a",
    "fd::17",
    "https://x.test/\na",
    "",
  ]
) {
  Deno.test(`git may not read ${JSON.stringify(url)}`, () => {
    assert.match(whyNotReadable({ url, revision: "v1.0", path: "t.yaml" }) ?? "", /its URL/);
  });
}

Deno.test("a revision and a path are what they seem", () => {
  const url = "https://x.test/a";
  for (const revision of ["-x", "+a", "^a", "a:b", "a..b", "a b", "*", "a@{1}", "a\n", "", "a^"]) {
    assert.match(whyNotReadable({ url, revision, path: "t" }) ?? "", /its revision/, revision);
  }
  for (const revision of ["release/1.0", "refs/pull/1/head", "0a1b2c3", "v1+2", "a@b"]) {
    assert.equal(whyNotReadable({ url, revision, path: "t" }), undefined, revision);
  }
  for (const path of ["", "../x", "a/../b", "a\0b"]) {
    assert.match(whyNotReadable({ url, revision: "main", path }) ?? "", /its path/, path);
  }
});

for (
  const [url, repository, revision, path, raw] of [
    [
      "https://github.com/acme/ci/blob/v1/tasks/a.yaml?plain=1#L3",
      "https://github.com/acme/ci",
      "v1",
      "tasks/a.yaml",
      "https://github.com/acme/ci/raw/v1/tasks/a.yaml",
    ],
    [
      "https://raw.githubusercontent.com/acme/ci/refs/heads/main/a%20b.yaml",
      "https://github.com/acme/ci",
      "main",
      "a b.yaml",
      "https://raw.githubusercontent.com/acme/ci/refs/heads/main/a%20b.yaml",
    ],
    [
      "https://raw.githubusercontent.com/acme/ci/feature%2Fx/a.yaml",
      "https://github.com/acme/ci",
      "feature/x",
      "a.yaml",
      "https://raw.githubusercontent.com/acme/ci/feature%2Fx/a.yaml",
    ],
    [
      "https://gitlab.test/a/b/ci/-/blob/main/t.yaml",
      "https://gitlab.test/a/b/ci",
      "main",
      "t.yaml",
      "https://gitlab.test/a/b/ci/-/raw/main/t.yaml",
    ],
    [
      "https://gitea.test:3000/acme/ci/src/branch/main/t/a.yaml",
      "https://gitea.test:3000/acme/ci",
      "main",
      "t/a.yaml",
      "https://gitea.test:3000/acme/ci/raw/branch/main/t/a.yaml",
    ],
  ]
) {
  Deno.test(`${url} is a file of a forge`, () => {
    assert.deepEqual(forgeFile(url), { url: repository, revision, path, raw });
  });
}

Deno.test("other URLs, and broken ones, are no files of a forge", () => {
  for (
    const url of [
      "https://example.com/tasks/a.yaml",
      "https://github.com/acme/ci",
      "https://github.com/acme/ci/tree/main/tasks",
      "https://github.com/acme/ci/blob/main/%zz",
      "ftp://github.com/acme/ci/blob/main/a",
    ]
  ) assert.equal(forgeFile(url), undefined, url);
});
