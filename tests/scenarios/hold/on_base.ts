/** --base with breakpoints: the clone and the changes come first, and turns send what differs. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type { Cluster } from "../../support/cluster.ts";
import { git } from "../../support/git_judge.ts";
import { tknDev } from "../../support/program.ts";
import { file } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { serve, type Served, url } from "../upload/served_repository.ts";
import { atTerminal } from "./session.ts";
import { ENDED, RESTS } from "./turns.ts";

/** The work shows the tree, and changes a file of the commit that the user does not change. */
const WORK = `echo "of $COMMIT: $(cat a), $(cat b)$(cat new 2>/dev/null)"
git status --short | sed 's/^/status /'
echo spoiled >>kept
`;

const CONTENT = "file a one\nfile b one\nfile kept one\nfile old one";

async function serveWork(directory: string): Promise<Served> {
  return await serve(directory, CONTENT, [file("work.sh", WORK)]);
}

function debug({ flags }: Cluster, server: Served, ...more: string[]): string[] {
  const words = ["pipeline", "debug", "t-base-work", server.work];
  return [...words, "-w", "name=shared,volume=100Mi", ...url(server), "--base", ...more, ...flags];
}

/** The lines of the work; git ignores the record of the uploads. */
const SAYS = ({ pushed }: Served, text: string, ...status: string[]) =>
  new RegExp(
    `of ${pushed}: ${text}\n${
      status.map((line) => `status ${line.replaceAll("?", "\\?")}\n`).join("")
    }`,
  );

export const onBaseScenarios: Scenario[] = [
  {
    name:
      "turns on a base send what differs from the clone, and undo what a save or the work undoes",
    needs: ["git", "script"],
    async run(cluster, directory) {
      await using server = await serveWork(directory);
      const { work, save } = server;
      save("a", "two");
      save("new", "two");
      rmSync(`${work}/old`);
      // Before the second in which the record is written, in which it could change again.
      for (const name of ["a", "new"]) {
        Deno.utimeSync(`${work}/${name}`, 1_600_000_000, 1_600_000_000);
      }
      await using session = atTerminal(debug(cluster, server, "--on-step", "test/run", "--watch"));
      await session.until(/Sent 2 files, 6 B in .*, verified; 1 removed\n[^]*Resumed\n/);
      await session.until(/Nothing to send in .*; 5 unchanged since the upload .* ago\n/);
      await session.until(SAYS(server, "two, onetwo", " M a", " D old", "?? new"));
      await session.until(ENDED(0));
      await session.until(RESTS);

      save("a", "one"); // as in the commit
      save("b", "two");
      rmSync(`${work}/new`);
      await session.until(/\nChanged: /); // on a busy machine perhaps one by one
      await session.until(SAYS(server, "one, two", " M b", " D old"));
      await session.until(ENDED(0));
      await session.until(RESTS);
      await session.type("c");
      await session.until(/✓ clone +succeeded/);
      await session.until(/ended: 0\n/);
    },
  },
  {
    name: "turns on a sparse clone bring only changes into what it leaves out",
    needs: ["git", "script"],
    async run(cluster, directory) {
      const work = "find other | sort | tr '\\n' ' '; echo; cat a";
      const content = "file a one\nfile other/b one\nfile other/deep/c one\nlink other/l -> b";
      await using server = await serve(directory, content, [file("work.sh", work)]);
      const { save } = server;
      save("other/new", "two");
      const flags = ["-p", "sparse=/*\n!/other/", "--on-step", "test/run", "--watch"];
      await using session = atTerminal(debug(cluster, server, ...flags));
      await session.until(/Note: The clone is sparse: /);
      await session.until(/other other\/new \none/);
      await session.until(RESTS);
      save("a", "two");
      save("other/deep/c", "two");
      await session.until(/other other\/deep other\/deep\/c other\/new \ntwo/);
      await session.until(RESTS);
      await session.type("q");
      await session.until(/ended: 130\n/);
    },
  },
  {
    name: "where everything is sent because the clone lacks the base, turns send the tree",
    needs: ["git", "script"],
    async run(cluster, directory) {
      await using server = await serveWork(directory);
      const { work } = server;
      Deno.writeTextFileSync(`${work}/a`, "two");
      git(work, "commit", "-qam", "not pushed");
      git(work, "update-ref", "refs/remotes/origin/main", "HEAD");
      const flags = ["--base=auto", "--on-failure", "--on-step", "test/run", "--watch"];
      await using session = atTerminal(debug(cluster, server, ...flags));
      await session.until(/Note: Cannot upload on top of .*; everything is uploaded\n/);
      await session.until(/Sent 5 files, .*, verified\n[^]*Resumed\n/);
      await session.until(/of [0-9a-f]{40}: two, one\n/);
      await session.until(ENDED(0));
      await session.until(RESTS);
      await session.type("q");
      await session.until(/ended: 130\n/);
    },
  },
  {
    name: "a command takes the place of a step after the clone, and not that of the clone",
    needs: ["git", "script"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one\nfile b one");
      Deno.writeTextFileSync(`${server.work}/a`, "two");
      const words = ["task", "debug", "t-base-git-clone", server.work, "--base", ...url(server)];
      const run = (
        ...more: string[]
      ) => [...words, "-w", "name=output,emptyDir=", ...more, ...cluster.flags];
      const ran = await tknDev(run("--on-step", "check", "--exec-instead", 'echo "a is $(cat a)"'));
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      assert.match(ran.stderr, /^Sent 1 file, 3 B in .*, verified$/m);
      assert.match(ran.stdout, /^\[check\] a is two$/m);
      const refused = await tknDev(run("--on-step", "clone", "--exec-instead", "true"));
      assert.match(refused.stderr, /Cannot run another command in step "clone": its clone is done/);
      await using session = atTerminal(run("--on-step", "clone", "--watch"));
      await session.until(/Cannot watch at step "clone": its work is the clone below the upload\n/);
      await session.until(/ended: 2\n/);
    },
  },
  {
    name: "a breakpoint at the clone holds after its work, with the changes in place",
    needs: ["git", "script"],
    async run(cluster, directory) {
      await using server = await serve(directory, "file a one\nfile b one");
      Deno.writeTextFileSync(`${server.work}/a`, "two");
      const words = ["task", "debug", "t-base-git-clone", server.work, "--base", ...url(server)];
      const where = ["-w", "name=output,emptyDir=", "--on-step", "clone"];
      await using session = atTerminal([...words, ...where, ...cluster.flags]);
      await session.until(/Sent 1 file, 3 B in .*, verified\n/);
      await session.until(/Step: +clone, held after its work\n/);
      await session.until(/\[clone\] [$#] /);
      await session.type("cd $DIRECTORY; cat a b; debug-continue\r");
      await session.until(/twoone/);
      await session.until(new RegExp(`\\[check\\] the clone has ${server.pushed}\n`));
      await session.until(/ended: 0\n/);
    },
  },
];
