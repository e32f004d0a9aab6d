import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { ClusterError } from "../../../../src/errors.ts";
import { readHere } from "../../../../src/resolve/here/read_here.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { rejection } from "../../../support/refusal.ts";

function stage() {
  const host = new FakeHost();
  const notes: string[] = [];
  const read = (resolver: string, values: Record<string, string>) => {
    const params = Object.entries(values).map(([name, value]) => ({ name, value }));
    const reference = { kind: "Task", owner: "the run", resolver, params } as const;
    return readHere(host, reference, (event) => {
      if (event.kind === "note") notes.push(event.text);
    });
  };
  return { host, notes, read };
}

Deno.test("a URL is read with a note, and a page in its place is refused", async () => {
  const { host, notes, read } = stage();
  host.pages["https://x.test/t.yaml"] = "kind: Task\n";
  assert.equal(await read("http", { url: "https://x.test/t.yaml" }), "kind: Task\n");
  assert.deepEqual(notes, [
    "Reading https://x.test/t.yaml from this machine, not from the cluster",
  ]);
  host.pages["https://x.test/login"] = "\n<!DOCTYPE html><title>Sign in</title>";
  assert.equal(
    await rejection(read("http", { url: "https://x.test/login" }), ClusterError),
    'Cannot resolve the Task of the run by "http" from this machine: the answer is an HTML page\n' +
      "does it need a login, or is it the page about the file?",
  );
});

Deno.test("what only the cluster can read is left to it, without a note", async () => {
  const { notes, read } = stage();
  for (
    const [resolver, params] of [
      ["cluster", { kind: "task", name: "t", namespace: "n" }],
      ["acme", { url: "https://x.test/t.yaml" }],
      ["http", { url: "https://x.test/t", "http-username": "u" }],
      ["http", { url: "file:///etc/passwd" }],
      ["git", { org: "acme", repo: "ci", pathInRepo: "t.yaml" }],
      ["bundles", { bundle: "r.test/b" }],
    ] as [string, Record<string, string>][]
  ) assert.equal(await read(resolver, params), undefined, resolver);
  assert.deepEqual(notes, []);
});

Deno.test("a file of a forge that the web does not show is read by git", async () => {
  const { host, read } = stage();
  const url = "https://github.com/acme/ci/raw/main/t.yaml";
  const commands: string[] = [];
  host.onRun = (command) => {
    commands.push(command);
    const stdout = command.endsWith("cat-file -t FETCH_HEAD:t.yaml")
      ? "blob\n"
      : command.endsWith("cat-file -s FETCH_HEAD:t.yaml")
      ? "11\n"
      : command.endsWith("cat-file blob FETCH_HEAD:t.yaml")
      ? "kind: Task\n"
      : "";
    return { code: 0, stdout, stderr: "" };
  };
  assert.equal(await read("http", { url }), "kind: Task\n");
  assert.ok(commands.some((one) => one.endsWith("remote add origin https://github.com/acme/ci")));
});

Deno.test("if git cannot read it either, the answer of the web is the error", async () => {
  const url = "https://github.com/acme/ci/raw/main/t.yaml";
  for (const output of [undefined, { code: 128, stdout: "", stderr: "fatal: no\n" }]) {
    const { host, read } = stage();
    host.onRun = () => output;
    assert.match(await rejection(read("http", { url }), ClusterError), /: 404 Not Found\n/);
  }
});

Deno.test("a machine without git says so", async () => {
  const { host, read } = stage();
  const place = { url: "https://x.test/a", pathInRepo: "t.yaml" };
  assert.match(
    await rejection(read("git", place), ClusterError),
    /machine: git: no such program\n/,
  );
  host.terminal.isTerminal = { stdin: true, stdout: true, stderr: true };
  host.onRun = () => ({ code: 127, stdout: "", stderr: "sh: 1: exec: git: not found" });
  assert.match(await rejection(read("git", place), ClusterError), /: git: no such program\n/);
});
