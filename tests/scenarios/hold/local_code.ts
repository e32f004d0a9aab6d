/** Local code and breakpoints in one run: the upload stands in for the clone, other steps hold. */
import assert from "node:assert/strict";
import { startTknDev, tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import { workspace } from "../upload/run_upload.ts";
import { held } from "../waiting.ts";
import type { Scenario } from "../scenario.ts";
import { atTerminal } from "./session.ts";
import { ENDED, RESTS } from "./turns.ts";

const PROMPT = (place: string) => new RegExp(`\\[${place}\\] [$#] `);
const COMMIT = ["--result", "commit=abc"];
const BUILT = /\[build : build\] built 42 of abc, which is good/;

/** A test that passes for the answer 42. */
function writeCode(directory: string, answer: string): void {
  writeTree(directory, tree(`file answer ${answer}`));
  const test = `${directory}/test.sh`;
  Deno.writeTextFileSync(test, 'test "$(cat answer)" = 42\n');
  // A file of the second in which the record is written is sent again.
  Deno.utimeSync(test, 1_700_000_000, 1_700_000_000);
}

/** Command lines with DIR for the directory, and the start of their errors. */
const REFUSED: readonly (readonly [string, string])[] = [
  ["pipeline upload t-loop DIR --break nope", 'Cannot find task "nope": Pipeline "t-loop" has no'],
  ["pipeline upload t-loop DIR --break test/nope", 'Cannot find step "nope": task "test" has no'],
  ["pipeline debug t-loop DIR --on-task test", "Cannot open a shell: stdin is not a terminal"],
  [
    "pipeline debug t-loop DIR --exec-instead x",
    'Cannot tell where to hold Pipeline "t-loop": no task or step is named',
  ],
  [
    "pipeline debug t-loop DIR --exec-instead x --on-task test --upload-task nope",
    'Cannot find task "nope": Pipeline "t-loop" has no such task',
  ],
  [
    "pipeline debug t-loop /does/not/exist --exec-instead x --on-task test",
    '.*"/does/not/exist": no such directory',
  ],
];

export const localCodeScenarios: Scenario[] = [
  {
    name: "a failing test of the user's code is repaired where it holds, and the same run passes",
    needs: ["script"],
    async run(cluster, directory) {
      const { flags } = cluster;
      writeCode(directory, "41");
      const args = ["pipeline", "debug", "t-loop", directory, "--on-failure", ...COMMIT];
      await using session = atTerminal([...args, ...workspace(cluster, "source"), ...flags]);
      const [, name] = await session.until(/Created PipelineRun (\S+) in/);
      await session.until(/Sent 2 files, .*, verified\n[^]*Resumed\n/);
      await session.until(/Step: +test\/run, held after its work failed with exit code 1\n/);
      await session.until(PROMPT("test/run"));
      Deno.writeTextFileSync(`${directory}/answer`, "42");
      const sent = await tknDev(["pr", "upload", name, directory, ...flags]);
      assert.match(sent.stderr, /^Sent 1 file, 2 B .*, verified; 1 unchanged/m);
      await session.type("debug-run\r");
      await session.until(/Exit code: +0 after \d+ s\nResult: +verdict=good\n/);
      await session.until(PROMPT("test/run"));
      await session.type("debug-continue\r");
      await session.until(BUILT);
      await session.until(/clone +uploaded/);
      await session.until(/ended: 0\n/);
    },
  },
  {
    name: "an upload opens a shell where it fails; a step without its results asks before it goes",
    needs: ["script"],
    async run(cluster, directory) {
      writeCode(directory, "41");
      const args = ["pipeline", "upload", "t-loop", directory, "--on-failure", ...COMMIT];
      await using session = atTerminal([
        ...args,
        ...workspace(cluster, "source"),
        ...cluster.flags,
      ]);
      await session.until(/Held at test\/run /);
      await session.until(PROMPT("test/run"));
      await session.type("echo 42 >answer; debug-continue\r");
      await session.until(
        /results not written: verdict\ndebug-run does the work that writes them;/,
      );
      await session.until(PROMPT("test/run"));
      await session.type("exit\r");
      await session.until(/Step test\/run still holds\. .*etach\? /);
      await session.type("s");
      await session.until(PROMPT("test/run"));
      await session.type("debug-continue verdict=good\r");
      await session.until(BUILT);
      await session.until(/ended: 0\n/);
    },
  },
  {
    name: "a breakpoint at the task that the upload stands in for holds with the upload in place",
    needs: ["script"],
    async run(cluster, directory) {
      writeCode(directory, "42");
      const args = ["pipeline", "debug", "t-loop", directory, "--on-task", "clone", ...COMMIT];
      await using session = atTerminal([
        ...args,
        ...workspace(cluster, "source"),
        ...cluster.flags,
      ]);
      await session.until(/Sent 2 files, .*, verified\n/);
      await session.until(/Step: +clone\/clone, held for an upload\n/);
      await session.until(/Command: +none, the upload stands in for it\n/);
      await session.until(PROMPT("clone/clone"));
      await session.type("debug-run\r");
      await session.until(/debug-run: this step has no work to do: the upload stands in for it\n/);
      await session.until(PROMPT("clone/clone"));
      await session.type("debug-continue\r");
      await session.until(BUILT);
      await session.until(/ended: 0\n/);
    },
  },
  {
    name: "a failing test is repaired save by save, after the upload stood in for the clone",
    needs: ["script"],
    async run(cluster, directory) {
      writeCode(directory, "41");
      const args = ["pipeline", "debug", "t-loop", directory, "--on-step", "test/run", "--watch"];
      const where = workspace(cluster, "source");
      await using session = atTerminal([...args, ...COMMIT, ...where, ...cluster.flags]);
      await session.until(/Sent 2 files, .*, verified\n[^]*Resumed\n/);
      await session.until(ENDED(1));
      await session.until(RESTS);
      Deno.writeTextFileSync(`${directory}/answer`, "42");
      await session.until(/\nChanged: answer\n/);
      await session.until(ENDED(0));
      await session.until(RESTS);
      await session.type("c");
      await session.until(BUILT);
      await session.until(/ended: 0\n/);
    },
  },
  {
    name: "without a terminal, a command takes the place of the test on the user's code",
    async run(cluster, directory) {
      writeCode(directory, "41");
      const words = "--on-step test/run --exec-instead".split(" ");
      const instead = "pwd; echo 42 >answer; printf good >/tekton/results/verdict";
      const ran = await tknDev([
        ...["pipeline", "debug", "t-loop", "--upload", directory],
        ...[...words, instead, ...COMMIT],
        ...[...workspace(cluster, "source"), ...cluster.flags],
      ]);
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stdout, /^\[test : run\] \/.*source$/m);
      assert.match(ran.stdout, BUILT);
    },
  },
  {
    name: "without a terminal, an upload says how to continue where it holds, and follows the run",
    async run(cluster, directory) {
      const { flags } = cluster;
      writeCode(directory, "42");
      const words = ["pipeline", "upload", "t-loop", directory, "--break", "test", "--break"];
      const running = startTknDev([
        ...[...words, "build/build", ...COMMIT],
        ...[...workspace(cluster, "source"), ...flags],
      ]);
      const created = /Created PipelineRun (\S+) in/;
      const [, name] = created.exec(await running.stderrMatch(created))!;
      await held(cluster, "PipelineRun", name, "test/run");
      const refused = await tknDev(["pr", "continue", name, ...flags]);
      assert.equal(refused.code, 3);
      assert.equal(
        refused.stderr,
        'Error: Cannot continue after step "test/run" yet: it has not written its results: ' +
          "verdict\nHint: run its work (run), or write them (continue --result NAME=VALUE); " +
          "continue again leaves them out\n",
      );
      const given = await tknDev(["pr", "continue", name, "--result", "verdict=good", ...flags]);
      assert.equal(given.code, 0, given.stderr);
      await held(cluster, "PipelineRun", name, "build/build");
      assert.equal((await tknDev(["pr", "run", name, "--continue", ...flags])).code, 0);
      const { code, stdout, stderr } = await running.ended;
      assert.equal(code, 0, stderr);
      assert.match(stdout, BUILT);
      for (const place of ["test/run", "build/build"]) {
        assert.match(
          stderr,
          new RegExp(
            `^Step ${place} is still held\\. To continue:\n  tkn-dev pipelinerun shell`,
            "m",
          ),
        );
      }
    },
  },
  {
    name: "a task debug with a directory sends it into the Task, and holds at its first step",
    needs: ["script"],
    async run({ flags }, directory) {
      writeTree(directory, tree("file here.txt one"));
      const args = ["task", "debug", "t-debug", directory, "-w", "name=source,emptyDir="];
      await using session = atTerminal([...args, ...flags]);
      await session.until(/Sent 1 file, .*, verified\n[^]*Resumed\n/);
      await session.until(/Step: +prepare, held before its work\n/);
      await session.until(PROMPT("prepare"));
      await session.type("cat /workspace/source/here.txt 2>/dev/null || cat */here.txt\r");
      await session.type("debug-fail-continue\r");
      await session.until(/ended: 1\n/);
    },
  },
  ...REFUSED.map(([line, message]): Scenario => ({
    name: `${line}: one clear line`,
    async run(cluster, directory) {
      writeCode(directory, "42");
      const args = line.replace("DIR", directory).split(" ");
      const ran = await tknDev([...args, ...workspace(cluster, "source"), ...cluster.flags]);
      assert.equal(ran.code, 2, ran.stderr);
      assert.match(ran.stderr, new RegExp(`^Error: ${message}`, "m"));
    },
  })),
];
