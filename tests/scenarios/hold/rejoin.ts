/** A client that watched on a base is killed: later ones send what differs, and no more. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { PIPELINE_RUNS } from "../../../src/tekton/model.ts";
import type { Cluster } from "../../support/cluster.ts";
import { git } from "../../support/git_judge.ts";
import { tknDev } from "../../support/program.ts";
import type { TerminalSession } from "../../support/terminal_session.ts";
import { file } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { addSubmodule, serve, type Served, url } from "../upload/served_repository.ts";
import { atTerminal, PROMPT, startWithPid } from "./session.ts";
import { RESTS } from "./turns.ts";

const WORK = `cat a b new 2>/dev/null | tr '\\n' ' '; echo
git -c core.autocrlf=false status --short | sed 's/^/status /'
echo end of status
[ ! -e auto ] || echo "auto has $(wc -c <auto) bytes"
`;

const toPrompt = (place: string): Use => (session) => session.until(PROMPT(place));

const CONTENT = "file a one\nfile b one\nfile kept one\nfile old one";

const STATUS = (...lines: string[]) =>
  new RegExp(`\n${lines.map((line) => `status ${line}\n`).join("")}end of status\n`);

type Use = (session: TerminalSession) => Promise<unknown>;

/** Starts a run on a base that holds, kills its client, and returns the run's name. */
async function killed(
  { flags }: Cluster,
  server: Served,
  use: Use,
  ...more: string[]
): Promise<string> {
  const words = ["pipeline", "debug", "t-base-work", server.work, ...url(server), "--base"];
  const where = ["-w", "name=shared,volume=100Mi", "--on-step", "test/run"];
  return await killedAt(use, [...words, ...where, ...more, ...flags]);
}

async function killedAt(use: Use, args: readonly string[]): Promise<string> {
  await using session = startWithPid(args);
  const [, pid] = await session.until(/pid: (\d+)\n/);
  const [, run] = await session.until(/Created \w+ (\S+) in/);
  await use(session);
  Deno.kill(Number(pid), "SIGKILL");
  await session.until(/ended: 137\n/);
  return run;
}

export const rejoinScenarios: Scenario[] = [
  {
    name: "after kill -9 at a shell, run --watch sends and removes what differs from the base",
    needs: ["git", "script"],
    async run(cluster, directory) {
      const { flags, kube } = cluster;
      await using server = await serve(directory, CONTENT, [file("work.sh", WORK)]);
      const { work, save } = server;
      save("a", "two");
      save("new", "two");
      rmSync(`${work}/old`);
      const run = await killed(cluster, server, toPrompt("test/run"));
      // Anyone who may change the run may write this.
      const upload = JSON.stringify({ base: git(work, "hash-object", "b").trim() });
      await kube.patch(PIPELINE_RUNS, kube.namespace, run, {
        metadata: { annotations: { "tkn-dev/upload": upload } },
      });
      save("a", "one"); // as in the commit
      save("old", "one"); // as well
      save("b", "two");
      rmSync(`${work}/new`);
      rmSync(`${work}/kept`);
      await using session = atTerminal(["pr", "run", run, work, "--watch", ...flags]);
      await session.until(/Sent 3 files, 9 B in .*, verified; 1 unchanged .*, 2 removed\n/);
      await session.until(STATUS(" M b", " D kept"));
      await session.until(RESTS);

      save("kept", "one");
      await session.until(/\nChanged: kept\n/);
      await session.until(STATUS(" M b"));
      await session.until(RESTS);
      await session.type("c");
      await session.until(/ended: 0\n/);
    },
  },
  {
    name: "after kill -9 of turns, submodules and converted files stay those of the clone",
    needs: ["git", "script"],
    async run(cluster, directory) {
      const { flags } = cluster;
      await using server = await serve(directory, CONTENT, [
        file("work.sh", WORK),
        file(".gitattributes", "auto text=auto\n"),
        file("auto", "line\n"),
      ]);
      const { work } = server;
      addSubmodule(server, directory);
      git(work, "config", "core.autocrlf", "true");
      rmSync(`${work}/auto`);
      git(work, "checkout", "-q", "auto");
      assert.equal(Deno.readTextFileSync(`${work}/auto`), "line\r\n");
      Deno.writeTextFileSync(`${work}/a`, "two");
      const run = await killed(cluster, server, async (session) => {
        await session.until(/\nauto has 5 bytes\n/);
        await session.until(RESTS);
        await session.type("\r");
        await session.until(/\nauto has 5 bytes\n/); // still as the clone has it
        await session.until(RESTS);
      }, "--watch");

      Deno.writeTextFileSync(`${work}/b`, "two");
      // Before the second in which the record is written, in which it could change again.
      Deno.utimeSync(`${work}/b`, 1_600_000_000, 1_600_000_000);
      rmSync(`${work}/old`);
      const sent = await tknDev(["pr", "upload", run, work, ...flags]);
      assert.equal(sent.code, 0, sent.stderr);
      assert.match(sent.stderr, /^Sent 1 file, 3 B in .*, verified; 6 unchanged .*, 1 removed$/m);
      await using session = atTerminal(["pr", "run", run, work, "--watch", ...flags]);
      await session.until(/(?:Sent 1 file, 3 B|Nothing to send) in /);
      await session.until(STATUS(" M a", " M b", " D old"));
      await session.until(RESTS);
      await session.type("q");
      await session.until(/ended: 130\n/);
    },
  },
  {
    name: "where the base is not to be had, later uploads say so and send everything",
    needs: ["git", "script"],
    async run(cluster, directory) {
      const { flags } = cluster;
      await using server = await serve(directory, CONTENT, [file("work.sh", WORK)]);
      const { work, pushed } = server;
      const run = await killed(cluster, server, toPrompt("test/run"));
      const upload = async (from: string, ...more: string[]) => {
        const sent = await tknDev(["pr", "upload", run, from, ...more, ...flags]);
        assert.equal(sent.code, 0, sent.stderr);
        return sent.stderr;
      };
      const other = `${directory}/other`;
      mkdirSync(other);
      Deno.writeTextFileSync(`${other}/a`, "three");
      git(other, "init", "-q");
      assert.match(
        await upload(other),
        /^Note: Cannot use [0-9a-f]{7}, which the run cloned: this checkout has no such commit; files that the clone brought are sent again, and those deleted here stay\nSent 1 file, /m,
      );
      const exec = await tknDev(
        ["pr", "exec", run, ...flags, "--", "rm", "-rf", "/workspace/source/.tkn-dev-upload"],
      );
      assert.equal(exec.code, 0, exec.stderr);
      assert.match(
        await upload(work),
        new RegExp(
          `^Note: Cannot upload on top of ${pushed.slice(0, 7)}: the workspace has no record of ` +
            "the run's upload; .*\nSent 5 files, ",
          "m",
        ),
      );
      await tknDev(["pr", "continue", run, ...flags]);
    },
  },
  {
    name: "after kill -9, an upload into a TaskRun's own volume knows the base, too",
    needs: ["git", "script"],
    async run({ flags }, directory) {
      await using server = await serve(directory, "file a one\nfile b one\nfile old one");
      const { work } = server;
      Deno.writeTextFileSync(`${work}/a`, "two");
      rmSync(`${work}/old`);
      const words = ["task", "debug", "t-base-git-clone", work, "--base", ...url(server)];
      const where = ["-w", "name=output,emptyDir=", "-p", "subdirectory=app", "--on-step", "check"];
      const run = await killedAt(toPrompt("check"), [...words, ...where, ...flags]);
      for (const name of ["a", "old"]) Deno.writeTextFileSync(`${work}/${name}`, "one");
      rmSync(`${work}/b`);
      const sent = await tknDev(["tr", "upload", run, work, ...flags]);
      assert.equal(sent.code, 0, sent.stderr);
      assert.match(sent.stderr, /^Sent 2 files, 6 B in .*, verified; 1 removed$/m);
      const look = ["tr", "exec", run, ...flags, "--", "sh", "-c"];
      const { stdout } = await tknDev([...look, "cd /workspace/output/app; ls; cat a old"]);
      assert.equal(stdout, "a\nold\noneone");
      await tknDev(["tr", "continue", run, ...flags]);
    },
  },
];
