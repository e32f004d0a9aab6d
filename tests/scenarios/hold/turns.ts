/** `--watch` at a held step: at a real pseudo-terminal, with real files that are saved. */
import assert from "node:assert/strict";
import { PODS } from "../../../src/kube/interface.ts";
import { childrenOf } from "../../../src/objects/children.ts";
import {
  PIPELINE_RUNS,
  type PipelineRun,
  TASK_RUNS,
  type TaskRun,
} from "../../../src/tekton/model.ts";
import { CANCEL, phaseOf } from "../../../src/tekton/phase.ts";
import { type Cluster, runCount } from "../../support/cluster.ts";
import { tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { atTerminal, run as runProgram, startWithPid } from "./session.ts";

/** The line of keys, which shows that the client waits for a save. */
export const RESTS = /\[e\]dit \[s\]hell \[c\]ontinue \[f\]ail \[q\]uit \[d\]etach/;
export const ENDED = (code: number) => new RegExp(`[✓✗] \\S+ {2}exit code ${code} after `);

/** Writes the tree, whose work.sh is what the step does. */
function write(directory: string, work: string): void {
  writeTree(directory, tree("file a.txt one\nfile old.txt x\nfile src/deep.txt y"));
  save(directory, "work.sh", work);
}

function save(directory: string, name: string, text: string): void {
  Deno.writeTextFileSync(`${directory}/${name}`, `${text}\n`);
}

/** Starts a TaskRun that holds, and returns its name. */
export async function heldRun({ flags }: Cluster, ...more: string[]): Promise<string> {
  const args = "task debug t-turns --on-step run -w name=source,emptyDir= --output name".split(" ");
  const { code, stdout, stderr } = await tknDev([...args, ...more, ...flags]);
  assert.equal(code, 0, stderr);
  const run = stdout.trim().split("/").at(-1)!;
  while ((await tknDev(["tr", "info", run, ...flags])).code !== 0) { /* it starts */ }
  return run;
}

/** Returns the command lines of turns and receivers that run in the step's container. */
async function processes({ flags }: Cluster, run: string): Promise<string[]> {
  const look = `for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f && echo; done 2>/dev/null |
    grep -e '/tkn-dev/[t]urn' -e '/tkn-dev/[r]eceive' -e '[s]leep 98765'; :`;
  const ran = await tknDev(["tr", "exec", run, ...flags, "--", "sh", "-c", look]);
  assert.equal(ran.code, 0, ran.stderr);
  return ran.stdout.split("\n").filter(Boolean);
}

/** Returns how many processes have ended, and were not waited for. */
async function zombies({ flags }: Cluster, run: string): Promise<number> {
  const look = `for f in /proc/[0-9]*/stat; do
    read -r l <$f && case \${l##*) } in Z*) echo z;; esac; done 2>/dev/null; :`;
  const ran = await tknDev(["tr", "exec", run, ...flags, "--", "sh", "-c", look]);
  assert.equal(ran.code, 0, ran.stderr);
  return ran.stdout.split("z").length;
}

/** A receiver ends within this time after its client. */
const LAST_END_MS = 15_000;

/** Waits until none of the processes runs, or fails. */
async function awaitNoProcess(cluster: Cluster, run: string, of = ""): Promise<void> {
  const end = Date.now() + LAST_END_MS;
  while (true) {
    const left = (await processes(cluster, run)).filter((line) => line.includes(of));
    if (left.length === 0) return;
    assert.ok(Date.now() < end, `processes are left: ${left.join(", ")}`);
  }
}

async function reasonOf({ kube }: Cluster, run: string): Promise<string> {
  const phase = phaseOf(await kube.get<TaskRun>(TASK_RUNS, kube.namespace, run));
  return phase.kind === "ended" ? phase.reason : phase.kind;
}

export const turnScenarios: Scenario[] = [
  {
    name: "a failing step is repaired in place, save by save, and its Pipeline then succeeds",
    needs: ["script"],
    everyProtocol: true,
    async run({ flags, kube, claim }, directory) {
      write(directory, "grep -q two a.txt; echo good >$SAID");
      const subPath = crypto.randomUUID().slice(0, 13);
      const args = `pipeline debug t-turns --on-step test/run --upload ${directory} --watch`;
      const where = ["-w", `name=source,claimName=${claim},subPath=${subPath}`];
      await using session = atTerminal([...args.split(" "), ...where, ...flags]);
      const [, name] = await session.until(/Created PipelineRun (\S+) in/);
      await session.until(/Sent 4 files, .*, verified\n/);
      await session.until(/it sees one\n/);
      await session.until(ENDED(1));
      await session.until(RESTS);

      save(directory, "a.txt", "two");
      await session.until(/\nChanged: a\.txt\n/);
      await session.until(/it sees two\n/);
      await session.until(/Result: +said=good\n/);
      await session.until(ENDED(0));
      await session.until(RESTS);

      await session.type("c");
      await session.until(/Step test\/run continues\n/);
      await session.until(/\[after : look\] afterwards two, it said good\n/);
      await session.until(/PipelineRun \S+ succeeded in/);
      await session.until(/ended: 0\n/);
      const run = await kube.get<PipelineRun>(PIPELINE_RUNS, kube.namespace, name);
      assert.equal(run.metadata.annotations?.["tkn-dev/upload-files"] ?? "4", "4");
    },
  },
  {
    name: "turns at a later task send into the directory that the clone's upload went to",
    needs: ["script"],
    async run({ flags, claim }, directory) {
      write(directory, "true");
      const subPath = crypto.randomUUID().slice(0, 13);
      const args = `pipeline debug t-turns-below ${directory} --on-step test/run --watch`;
      const where = ["-w", `name=source,claimName=${claim},subPath=${subPath}`];
      await using session = atTerminal([...args.split(" "), ...where, ...flags]);
      const [, name] = await session.until(/Created PipelineRun (\S+) in/);
      await session.until(/it sees one\nsrc\n/);
      await session.until(RESTS);
      save(directory, "a.txt", "two");
      await session.until(/it sees two\nsrc\n/);
      await session.until(RESTS);
      await session.type("d");
      await session.until(/ended: 0\n/);

      save(directory, "a.txt", "three");
      await using later = atTerminal(["pr", "run", name, "--watch", directory, ...flags]);
      await later.until(/The upload goes to \S+\/src\/app, where the run's upload went\n/);
      await later.until(/it sees three\nsrc\n/);
      await later.until(RESTS);
      await later.type("q");
      await later.until(/ended: 130\n/);
    },
  },
  {
    name: "the first turn of each later task sends only what differs, into the volume of the run",
    needs: ["script"],
    async run({ flags }, directory) {
      writeTree(directory, tree("file a.txt one\nfile old.txt x\nfile src/deep.txt y"));
      const steps = ["--on-step", "test/run", "--on-step", "other/run"];
      const words = ["pipeline", "debug", "t-turns-later", directory, ...steps, "--watch"];
      await using session = atTerminal([...words, "-w", "name=source,volume=10Mi", ...flags]);
      const [, name] = await session.until(/Created PipelineRun (\S+) in/);
      await session.until(/Sent 3 files, .*, verified\n/);
      await session.until(/Held at test\/run /);
      await session.until(
        /Sent 1 file, 3 B in .*, verified; 2 unchanged since the upload .* ago\n/,
      );
      await session.until(/it sees a\.txt old\.txt and one\n/);
      await session.until(RESTS);
      await session.type("c");
      await session.until(/Held at other\/run /);
      await session.until(/Nothing to send in .*; 3 unchanged since the upload .* ago\n/);
      await session.until(/it sees a\.txt old\.txt and one\n/);
      await session.until(RESTS);
      save(directory, "new.txt", "new");
      await session.until(/it sees a\.txt new\.txt old\.txt and one\n/);
      await session.until(RESTS);
      await session.type("d");
      await session.until(/ended: 0\n/);

      for (const path of ["new.txt", "old.txt"]) Deno.removeSync(`${directory}/${path}`);
      const again = ["pr", "run", name, "other/run", "--watch", directory, ...flags];
      await using later = atTerminal(again);
      await later.until(/Nothing to send in .*; 2 unchanged since the upload .* ago, 2 removed\n/);
      await later.until(/it sees a\.txt and one\n/);
      await later.until(RESTS);
      await later.type("q");
      await later.until(/ended: 130\n/);
    },
  },
  {
    name: "the first turn of a later step sends only what differs, into a volume of the pod",
    needs: ["script"],
    async run({ flags }, directory) {
      writeTree(directory, tree("file a.txt one\nfile src/deep.txt y"));
      const steps = ["--upload-step", "take", "--on-step", "work"];
      const words = ["task", "debug", "t-work", directory, ...steps, "--watch"];
      await using session = atTerminal([...words, "-w", "name=source,emptyDir=", ...flags]);
      await session.until(/Sent 2 files, .*, verified\n/);
      await session.until(/Nothing to send in .*; 2 unchanged since the upload .* ago\n/);
      await session.until(/a\.txt: one\n/);
      await session.until(RESTS);
      await session.type("q");
      await session.until(/ended: 130\n/);
    },
  },
  {
    name: "turns at a step that can write nowhere are refused before the run",
    needs: ["script"],
    async run({ flags, kube, claim }, directory) {
      write(directory, "true");
      const before = await runCount(kube);
      const where = ["-p", "text=a", "-w", `name=source,claimName=${claim}`, "--watch"];
      for (const upload of [[], [directory, "--upload-task", "one"]]) {
        const words = ["pipeline", "debug", "t-unclear", ...upload, "--on-step", "reads/read"];
        await using session = atTerminal([...words, ...where, ...flags]);
        await session.until(
          /Error: Cannot upload into step "reads\/read": none of its workspaces .*read-only\)\n/,
        );
        await session.until(/ended: 2\n/);
      }
      assert.equal(await runCount(kube), before);
    },
  },
  {
    name: "a directory that is removed ends the watching, which says that the step is still held",
    needs: ["script"],
    async run(cluster, directory) {
      const code = `${directory}/code`;
      Deno.mkdirSync(code);
      write(code, "true");
      const run = await heldRun(cluster);
      await using session = atTerminal(["tr", "run", run, "--watch", code, ...cluster.flags]);
      await session.until(RESTS);
      Deno.removeSync(code, { recursive: true });
      await session.until(/Step run is still held\. To continue:\n/);
      await session.until(/Error: Cannot upload "\S+": no such directory\n/);
      await session.until(/ended: 2\n/);
    },
  },
  {
    name: "each turn begins with the local tree and no results, and leaves no process",
    needs: ["script"],
    async run(cluster, directory) {
      const { flags } = cluster;
      write(
        directory,
        `test ! -e $SAID; echo x >$SAID; ls; echo spoilt >a.txt; echo made >made.txt; sleep 98765 &
until read -r name </proc/$!/comm && [ "$name" = sleep ]; do :; done # until then it is a shell
(setsid sh -c 'echo $$ >pid && exec sleep 98765' </dev/null >/dev/null 2>&1 &) # a daemon
until { read -r pid <pid && read -r name </proc/$pid/comm; } 2>/dev/null && [ "$name" = sleep ]; do :; done
rm pid`,
      );
      const run = await heldRun(cluster);
      await using session = atTerminal(["tr", "run", run, "--watch", directory, ...flags]);
      await session.until(/it sees one\na\.txt\nold\.txt\nsrc\nwork\.sh\n/);
      await session.until(/Ended: +sleep, sleep, which the work left running\n/);
      await session.until(ENDED(0));
      await session.until(RESTS);

      // The step's own change of a.txt is undone, what it made stays, and deletions arrive.
      Deno.removeSync(`${directory}/old.txt`);
      Deno.renameSync(`${directory}/src/deep.txt`, `${directory}/moved.txt`);
      await session.until(/\nChanged: moved\.txt, old\.txt, src\/deep\.txt\n|\nChanged: /);
      await session.until(/it sees one\na\.txt\nmade\.txt\nmoved\.txt\nsrc\nwork\.sh\n/);
      await session.until(ENDED(0));
      await session.until(RESTS);

      await session.type("\r");
      await session.until(/\nAgain\n/);
      await session.until(/it sees one\n/);
      await session.until(ENDED(0));
      await session.until(RESTS);
      await session.type("d");
      await session.until(/Step run is still held\. To continue:\n/);
      await session.until(/ended: 0\n/);
      await awaitNoProcess(cluster, run);
      assert.equal((await tknDev(["tr", "fail-continue", run, ...flags])).code, 0);
    },
  },
  {
    name: "what the work does to the tree is undone; work that fails the second time is named once",
    needs: ["script"],
    async run(cluster, directory) {
      const { flags } = cluster;
      write(
        directory,
        `cat src/deep.txt old.txt && mv a.txt moved.txt && rm -r src old.txt && mkdir old.txt &&
ln -s moved.txt src && mkdir made && exit 0
exit 9`,
      );
      const run = await heldRun(cluster);
      await using session = atTerminal(["tr", "run", run, "--watch", directory, ...flags]);
      const [tty] = await session.until(/\/dev\/\S+/);
      await session.until(/it sees one\nyx/);
      await session.until(ENDED(0));
      await session.until(RESTS);

      await session.type("\r");
      await session.until(/it sees one\nyx/);
      await session.until(/made.*File exists\n/);
      await session.until(ENDED(9));
      const note = /Note: The same files and script ended with exit code 0 before\. What .*\n/g;
      await session.until(note);
      await session.until(RESTS);
      await session.type("\r");
      await session.until(ENDED(9));
      await session.until(RESTS);
      assert.equal(session.all.match(note)?.length, 1);

      await runProgram("stty", "-F", tty, "cols", "40");
      await session.until(/\[Enter\] \[e\] \[s\] \[c\] \[f\] \[q\] \[d\]/);
      await session.type("q");
      await session.until(/ended: 130\n/);
    },
  },
  {
    name: "a save during the work starts it again, Ctrl-C ends it, and q cancels the run",
    needs: ["script"],
    async run(cluster, directory) {
      const { flags } = cluster;
      write(directory, "sleep 98765");
      const run = await heldRun(cluster);
      await using session = atTerminal(["tr", "run", run, "run", directory, "--watch", ...flags]);
      await session.until(/it sees one\n/);
      save(directory, "a.txt", "two");
      await session.until(/⊘ run {2}ended after .*\n\nChanged: a\.txt\n/);
      await session.until(/it sees two\n/);
      await session.type("c");
      await session.until(/To continue, wait for the end of the work; Ctrl-C ends it\n/);
      await session.type("\x03");
      await session.until(/⊘ run {2}ended after .*\n/);
      await session.until(RESTS);
      await session.type("c");
      await session.until(/The work has not come to its end yet: Enter does it again\n/);
      await session.until(RESTS);
      await awaitNoProcess(cluster, run, "98765");

      await session.type("s");
      await session.until(/\[run\] [$#] /);
      save(directory, "work.sh", "exit 4");
      await session.type("cat a.txt; exit\r");
      await session.until(/two\n/);
      await session.until(/\nChanged: work\.sh\n/);
      await session.until(ENDED(4));
      await session.until(RESTS);
      await session.type("q");
      await session.until(new RegExp(`Interrupted: cancelled TaskRun "${run}"\n`));
      await session.until(/ended: 130\n/);
      await tknDev(["tr", "logs", run, "-f", ...flags]);
      assert.equal(await reasonOf(cluster, run), "TaskRunCancelled");
    },
  },
  {
    name: "the script is edited and done again, and a released run ends the watching",
    needs: ["script", "sed"],
    async run(cluster, directory) {
      const { flags } = cluster;
      write(directory, "exit 3");
      const run = await heldRun(cluster);
      const editor = { EDITOR: "sed -i s/work.sh/other.sh/" };
      const args = ["tr", "run", run, "--watch=queue", directory, ...flags];
      await using session = atTerminal(args, editor);
      await session.until(ENDED(3));
      await session.until(RESTS);
      save(directory, "other.sh", "echo from the other; echo x >$SAID");
      await session.until(ENDED(3));
      await session.until(RESTS);
      await session.type("e");
      await session.until(/it sees one\nfrom the other\n/);
      await session.until(ENDED(0));
      await session.until(/To keep the change: kubectl patch/);
      await session.until(RESTS);
      await session.type("\r");
      const [again] = await session.until(/\nAgain\n[^]*?\[d\]etach/);
      assert.doesNotMatch(again, /To keep the change/); // it was said
      assert.equal((await tknDev(["tr", "continue", run, ...flags])).code, 0);
      await session.until(/Error: Cannot watch at step "run": it was released/);
      await session.until(/ended: 3\n/);
    },
  },
  {
    name: "with --clean, what the work made is gone before the next turn; a cancelled run ends it",
    needs: ["script"],
    async run(cluster, directory) {
      const { flags, kube } = cluster;
      write(directory, "ls; mkdir -p out/deep; echo x >out/deep/made; echo x >src/made");
      const run = await heldRun(cluster);
      const args = ["tr", "run", run, "--watch", "--clean", directory, ...flags];
      assert.equal((await tknDev(args)).code, 2); // off a terminal
      await using session = atTerminal(args);
      for (let turn = 1; turn <= 3; turn++) {
        await session.until(/it sees one\na\.txt\nold\.txt\nsrc\nwork\.sh\n/);
        await session.until(ENDED(0));
        await session.until(RESTS);
        if (turn < 3) await session.type("\r");
      }
      const look = ["--", "sh", "-c", "cd /workspace/source && find . -name made | sort"];
      const { stdout } = await tknDev(["tr", "exec", run, ...flags, ...look]);
      assert.equal(stdout, "./out/deep/made\n./src/made\n"); // what was made last stays
      await kube.patch(TASK_RUNS, kube.namespace, run, { spec: { status: CANCEL.TaskRun } });
      await session.until(
        /Error: Cannot .*: its pod \S+ was deleted, because TaskRun "\S+" (?:has ended|is cancelled)/,
      );
      await session.until(/ended: 3\n/);
    },
  },
  {
    name: "after many turns, Ctrl-C and a killed client, nothing is left of them",
    needs: ["script"],
    async run(cluster, directory) {
      const { flags, kube } = cluster;
      write(directory, "echo turned");
      const run = await heldRun(cluster, "--pause-timeout", "20s");
      const before = await zombies(cluster, run);
      const started = () => startWithPid(["tr", "run", run, directory, "--watch", ...flags]);
      {
        await using session = started();
        for (let turn = 1; turn <= 50; turn++) {
          await session.until(ENDED(0));
          await session.until(RESTS);
          await session.type(turn < 50 ? "\r" : "\x03");
        }
        await session.until(/Interrupted: step "run" is still held/);
        await session.until(/ended: 130\n/);
      }
      await awaitNoProcess(cluster, run);
      const left = await zombies(cluster, run) - before;
      assert.ok(left < 10, `${left} processes that nobody waited for`);

      save(directory, "work.sh", "sleep 98765");
      await using session = started();
      const [, pid] = await session.until(/pid: (\d+)\n/);
      await session.until(/it sees one\n/);
      Deno.kill(Number(pid), "SIGKILL");
      await session.until(/ended: 137\n/);
      // The work ends with its client, and the gate's time limit ends the run.
      const ended = await tknDev(["tr", "logs", run, "-f", ...flags]);
      assert.match(ended.stdout, /nobody came within 20 s, giving up/);
      const pods = await kube.list(
        PODS,
        childrenOf({
          kind: "TaskRun",
          namespace: kube.namespace,
          name: run,
        }),
      );
      assert.equal(pods.length, 1); // the run's own, which Tekton keeps
    },
  },
];
