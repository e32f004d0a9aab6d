import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { publicUrl } from "../../../src/tekton/public_url.ts";

function urlOf(resolver: string, values: Record<string, string>): string | undefined {
  const params = Object.entries(values).map(([name, value]) => ({ name, value }));
  return publicUrl({ kind: "Task", owner: "task", resolver, params });
}

Deno.test("the http resolver's URL is read as it is", () => {
  assert.equal(urlOf("http", { url: "https://example.com/t.yaml" }), "https://example.com/t.yaml");
  assert.equal(urlOf("http", { url: "file:///etc/passwd" }), undefined);
});

Deno.test("files of public repositories have a URL", () => {
  const file = { revision: "release/1.0", pathInRepo: "a b/t.yaml" };
  assert.equal(
    urlOf("git", { url: "https://github.com/acme/app.git", ...file }),
    "https://raw.githubusercontent.com/acme/app/release/1.0/a%20b/t.yaml",
  );
  assert.equal(
    urlOf("git", { url: "https://gitlab.com/a/b/app", pathInRepo: "t.yaml" }),
    "https://gitlab.com/a/b/app/-/raw/HEAD/t.yaml",
  );
});

Deno.test("other hosts, resolvers and references with credentials have none", () => {
  const pathInRepo = "t.yaml";
  for (
    const [resolver, params] of [
      ["git", { url: "https://git.example.com/a/b", pathInRepo }],
      ["git", { url: "https://github.com/a/b", pathInRepo, gitToken: "x" }],
      ["http", { url: "https://example.com", "http-username": "x" }],
      ["hub", { name: "git-clone" }],
      ["bundles", { bundle: "example.com/b" }],
    ] as [string, Record<string, string>][]
  ) assert.equal(urlOf(resolver, params), undefined, JSON.stringify(params));
});
