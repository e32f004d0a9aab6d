/** --base where git converts files, and with submodules, kept volumes and shallow clones. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type { Cluster } from "../../support/cluster.ts";
import { git } from "../../support/git_judge.ts";
import { type Ran, tknDev } from "../../support/program.ts";
import { file } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { workspace } from "./run_upload.ts";
import { addSubmodule, serve, type Served, url } from "./served_repository.ts";

/** Uploads into a run of the Task that clones. */
async function upload(cluster: Cluster, server: Served, ...more: string[]): Promise<Ran> {
  const words = ["task", "upload", "t-base-git-clone", server.work, ...url(server)];
  const flags = ["--on-step", "clone", "--base", ...more, ...cluster.flags];
  return await tknDev([...words, ...flags]);
}

/** The first line of a file that git LFS has not fetched. */
const POINTER = "version https://git-lfs.github.com/spec/v1";
const NEW_VOLUME = ["-w", "name=output,emptyDir="];

/** Returns the names and contents that the run's last step lists. */
function seen({ code, stdout, stderr }: Ran): string[] {
  assert.equal(code, 0, stderr + stdout);
  return Array.from(stdout.matchAll(/^\[check\] \.\/(.*)$/gm), ([, text]) => text);
}

export const baseContentScenarios: Scenario[] = [
  {
    name: "on a base, what git converts is no change, and a changed file is sent as it is here",
    needs: ["git"],
    async run(cluster, directory) {
      const attributes =
        "*.bin filter=lfs -text\ncrlf* text eol=crlf\nauto* text=auto\nid* ident\n";
      await using server = await serve(directory, "", [
        file(".gitattributes", attributes),
        ...["one.bin", "two.bin"].map((name) => file(name, `${POINTER}\n`)),
        ...["crlf1", "crlf2", "auto1", "auto2"].map((name) => file(name, "line\n")),
        ...["id1", "id2"].map((name) => file(name, "$Id$\n")),
      ]);
      const { work } = server;
      git(work, "config", "filter.lfs.clean", `sed 's|^content|${POINTER}|'`);
      git(work, "config", "filter.lfs.smudge", `sed 's|^${POINTER}|content|'`);
      git(work, "config", "core.autocrlf", "true");
      for (const name of git(work, "ls-files").split("\n").filter(Boolean)) {
        rmSync(`${work}/${name}`);
      }
      git(work, "checkout", "-q", ".");
      const here = (name: string) => Deno.readTextFileSync(`${work}/${name}`);
      assert.deepEqual(["one.bin", "auto1"].map(here), ["content\n", "line\r\n"]);
      for (const name of ["two.bin", "crlf2", "auto2", "id2"]) {
        Deno.writeTextFileSync(`${work}/${name}`, `more ${here(name)}`);
      }
      const ran = await upload(cluster, server, ...NEW_VOLUME);
      assert.match(ran.stderr, /^Sent 4 files, 89 B in /m);
      assert.match(ran.stderr, /^Note: The clone has git LFS pointers, not the content: /m);
      const id = "$Id: 055c8729cdcc372500a08db659c045e16c4409fb $";
      assert.deepEqual(seen(ran).slice(1), [
        "auto1: line",
        "auto2: more line%",
        "crlf1: line%",
        "crlf2: more line%",
        `id1: ${id}`,
        `id2: more ${id}%`,
        `one.bin: ${POINTER}`, // as the clone, which has no such filter, checks it out
        "two.bin: more content",
      ]);
    },
  },
  {
    name: "on a base, a filter of git that fails here is an error, or everything is sent",
    needs: ["git"],
    async run(cluster, directory) {
      const attributes = file(".gitattributes", "*.bin filter=swap\n");
      await using server = await serve(directory, "file a.bin one", [attributes]);
      const { work } = server;
      git(work, "config", "filter.swap.clean", "no-such-program");
      git(work, "config", "filter.swap.required", "true");
      Deno.writeTextFileSync(`${work}/a.bin`, "more");
      const refused = await upload(cluster, server, ...NEW_VOLUME);
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, /Cannot compare ".*" with commit .*: git does not answer\n/);
      const whole = await upload(cluster, server, "--base=auto", ...NEW_VOLUME);
      assert.match(whole.stderr, /^Note: .*: git does not answer; everything is uploaded$/m);
      assert.deepEqual(seen(whole).at(-1), "a.bin: more");
    },
  },
  {
    name: "on a base, submodules are those of the clone, and one that differs is refused",
    needs: ["git"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one");
      const { work } = server;
      addSubmodule(server, directory);
      Deno.writeTextFileSync(`${work}/a`, "more");
      const clean = await upload(cluster, server, "-p", "submodules=true", ...NEW_VOLUME);
      assert.match(clean.stderr, /^Sent 1 file, 4 B in /m);
      assert.deepEqual(seen(clean).slice(-2), ["a: more", "lib/x: one"]);

      const refused = async () => {
        const { code, stderr } = await upload(cluster, server, ...NEW_VOLUME);
        assert.equal(code, 2, stderr);
        assert.match(stderr, /Cannot upload .*: its submodule differs from that commit: lib\n/);
      };
      Deno.writeTextFileSync(`${work}/lib/untracked`, "more");
      await refused();
      rmSync(`${work}/lib/untracked`);
      Deno.writeTextFileSync(`${work}/lib/x`, "more");
      await refused();
      const whole = await upload(cluster, server, "--base=auto", ...NEW_VOLUME);
      assert.match(whole.stderr, /its submodule differs .*: lib; everything is uploaded$/m);
      assert.deepEqual(seen(whole).slice(-2), ["a: more", "lib/x: more"]);
      git(`${work}/lib`, "commit", "-qam", "not pushed");
      await refused();

      // Its files become files of the repository.
      git(work, "rm", "-q", "--cached", "lib");
      rmSync(`${work}/lib/.git`);
      await refused();
      git(work, "add", "lib");
      await refused();
      git(work, "rm", "-qrf", "lib");
      const removed = await upload(cluster, server, "-p", "submodules=true", ...NEW_VOLUME);
      assert.match(removed.stderr, /^Sent 1 file, .*, verified; 1 removed$/m);
      assert.deepEqual(seen(removed).at(-1), "a: more");
    },
  },
  {
    name: "on a base, a clone that empties its directory leaves nothing of the run before",
    needs: ["git"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one\nfile deep/b one");
      const { work } = server;
      const claim = workspace(cluster, "output");
      const params = ["deleteExisting=true", "subdirectory=src/app", "depth="];
      const flags = [...claim, ...params.flatMap((param) => ["-p", param])];
      Deno.writeTextFileSync(`${work}/a`, "more");
      Deno.writeTextFileSync(`${work}/deep/new`, "more");
      rmSync(`${work}/deep/b`);
      const first = await upload(cluster, server, ...flags);
      assert.match(first.stderr, /^Sent 2 files, 8 B in .*, verified; 1 removed$/m);
      assert.deepEqual(seen(first).slice(-2), ["src/app/a: more", "src/app/deep/new: more"]);
      git(work, "checkout", "-q", ".");
      rmSync(`${work}/deep/new`);
      const second = await upload(cluster, server, ...flags);
      assert.match(second.stderr, /^Note: Nothing has changed since /m);
      assert.deepEqual(seen(second).slice(-2), ["src/app/a: one", "src/app/deep/b: one"]);
    },
  },
  {
    name: "a shallow clone of a branch, which takes no commit, is a base at the branch's tip",
    needs: ["git"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one\nfile b one");
      Deno.writeTextFileSync(`${server.work}/a`, "more");
      const words = ["task", "upload", "t-git-clone-branch", server.work, ...url(server), "--base"];
      const ran = await tknDev([...words, ...NEW_VOLUME, ...cluster.flags]);
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.match(ran.stderr, /^Sent 1 file, 4 B in .*, verified$/m);
      assert.deepEqual(ran.stdout.match(/^\[check\] status .*$/gm), ["[check] status  M a"]);
    },
  },
];
