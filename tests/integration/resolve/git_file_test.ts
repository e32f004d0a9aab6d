/** One file of a repository, by the real git from a server on loopback. */
import assert from "node:assert/strict";
import { denoHost } from "../../../src/deno/host.ts";
import { ClusterError } from "../../../src/errors.ts";
import { readGitFile } from "../../../src/resolve/here/git_file.ts";
import { git } from "../../support/git_judge.ts";
import { serveGit } from "../../support/git_server.ts";
import { rejection } from "../../support/refusal.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";
import { file, writeTree } from "../../support/tree_text.ts";

const TASK = "kind: Task # žluť\n";

function repository(root: string): { path: string; commit: string } {
  const path = `${root}/repository`;
  writeTree(path, [
    file("tasks/a.yaml", TASK),
    file("large.yaml", new Uint8Array(4 * 1024 * 1024 + 1)),
  ]);
  git(path, "init", "-q", "-b", "main");
  git(path, "add", ".");
  git(path, "commit", "-q", "-m", "one");
  git(path, "tag", "v1");
  const commit = git(path, "rev-parse", "HEAD").trim();
  git(path, "checkout", "-q", "-b", "release/2");
  writeTree(path, [file("tasks/a.yaml", "kind: Pipeline\n")]);
  git(path, "commit", "-q", "-a", "-m", "two");
  return { path, commit };
}

const host = denoHost();

testWith(
  ["git"],
  "a file is read at a branch, a tag, a commit and the default branch",
  async () => {
    using root = temporaryDirectory();
    const { path, commit } = repository(root.path);
    await using server = serveGit(path);
    const at = (revision: string) =>
      readGitFile(host, { url: server.url, revision, path: "tasks/a.yaml" });
    assert.equal(await at("main"), TASK);
    assert.equal(await at("v1"), TASK);
    assert.equal(await at("refs/tags/v1"), TASK);
    assert.equal(await at(commit), TASK);
    assert.equal(await at("release/2"), "kind: Pipeline\n");
    assert.equal(await at("HEAD"), "kind: Pipeline\n");
  },
);

testWith(["git"], "what is no file of the repository is an error that says so", async () => {
  using root = temporaryDirectory();
  await using server = serveGit(repository(root.path).path);
  const refused = (path: string, revision = "main", url = server.url) =>
    rejection(readGitFile(host, { url, revision, path }), ClusterError);
  assert.equal(
    await refused("b.yaml"),
    `Cannot read "b.yaml" of "${server.url}" at "main": the repository has no such file there`,
  );
  assert.match(await refused("tasks"), /: it is a directory$/);
  assert.match(await refused("large.yaml"), /: it is longer than 4 MiB$/);
  assert.match(await refused("b.yaml", "gone"), /: git says: couldn't find remote ref gone/);
  assert.match(await refused("b", "main", "http://127.0.0.1:9/x"), /: git says: unable to access/);
});

testWith(["git"], "a server that sends everything is read, up to a limit", async () => {
  using root = temporaryDirectory();
  const { path } = repository(root.path);
  await using server = serveGit(path, { filters: false });
  const place = { url: server.url, revision: "main", path: "tasks/a.yaml" };
  assert.equal(await readGitFile(host, place), TASK);
  const random = new Uint8Array(4 << 20);
  for (let at = 0; at < random.length; at += 65536) {
    crypto.getRandomValues(random.subarray(at, at + 65536));
  }
  writeTree(path, [file("random", random)]);
  git(path, "add", ".");
  git(path, "commit", "-q", "-m", "three");
  git(path, "branch", "-f", "main");
  assert.match(
    await rejection(readGitFile(host, { ...place, revision: "release/2" }, 2 << 20), ClusterError),
    /: what the server sends is larger than 2 MiB$/,
  );
});

testWith(["git"], "a repository that wants credentials is an error, and no question", async () => {
  using root = temporaryDirectory();
  await using server = serveGit(repository(root.path).path, { isPrivate: true });
  const place = { url: server.url, revision: "main", path: "tasks/a.yaml" };
  assert.match(
    await rejection(readGitFile(host, place), ClusterError),
    /git says: could not read Username .*terminal prompts disabled\ncan git clone it here\?/,
  );
});

testWith(["git"], "a reference names no program and no file of this machine", async () => {
  using root = temporaryDirectory();
  const { path } = repository(root.path);
  const touched = `${root.path}/touched`;
  for (
    const url of [
      `ext::sh -c touch% ${touched}`,
      `file://${path}`,
      path,
      `--upload-pack=touch ${touched}`,
      "ssh://-oProxyCommand=x/y",
    ]
  ) {
    assert.match(
      await rejection(readGitFile(host, { url, revision: "main", path: "a" }), ClusterError),
      /its URL is not one of https, ssh or git/,
      url,
    );
  }
  // git itself refuses a protocol that its own configuration turns a URL into.
  const env = Deno.env.get("GIT_CONFIG_PARAMETERS");
  Deno.env.set("GIT_CONFIG_PARAMETERS", `'url.file://${path}.insteadOf'='https://x.test/y'`);
  try {
    const place = { url: "https://x.test/y", revision: "main", path: "tasks/a.yaml" };
    assert.match(await rejection(readGitFile(host, place), ClusterError), /'file' not allowed/);
  } finally {
    if (env === undefined) Deno.env.delete("GIT_CONFIG_PARAMETERS");
    else Deno.env.set("GIT_CONFIG_PARAMETERS", env);
  }
  await assert.rejects(Deno.stat(touched), Deno.errors.NotFound);
});
