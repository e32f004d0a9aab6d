/** Runs that hold, and commands that act on them later without a terminal. */
import assert from "node:assert/strict";
import { findHeldSteps } from "../../../src/hold/held_steps.ts";
import { TASK_RUNS } from "../../../src/tekton/model.ts";
import type { Cluster } from "../../support/cluster.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { atTerminal } from "./session.ts";
import { heldRun } from "./turns.ts";

export const heldScenarios: Scenario[] = [
  {
    name: "a step stays held for as long as its script is edited here",
    needs: ["script"],
    async run(cluster, directory) {
      const { flags } = cluster;
      writeTree(directory, tree("file a.txt one"));
      const run = await heldRun(cluster, "--pause-timeout=10s");
      // An editor that is open for longer than the step waits without a client.
      const editor = { EDITOR: "f() { sleep 13; echo 'echo edited; exit 4' >$1; }; f" };
      await using session = atTerminal(["tr", "run", run, "--edit", ...flags], editor);
      await session.until(/edited\n/);
      await session.until(/ended: 4\n/);
      const failed = ["tr", "fail-continue", run, ...flags];
      assert.equal((await tknDev(failed)).code, 0);
    },
  },
  {
    name: "--no-continue leaves the step held; later commands run it, upload to it and release it",
    async run({ flags, claim }, directory) {
      writeTree(directory, tree("file here.txt one"));
      const where = `-w name=source,claimName=${claim},subPath=${crypto.randomUUID()}`.split(" ");
      const words = "pipeline upload t-debug --on-task work --on-step greet --no-continue".split(
        " ",
      );
      const held = await tknDev([...words, directory, ...where, ...flags]);
      assert.equal(held.code, 0, held.stderr);
      const name = held.stdout.trim().split("\n").at(-1)!;
      assert.match(held.stderr, /^Sent 1 file, .*, verified$/m);
      assert.match(held.stderr, /^Step work\/greet is still held\. To continue:$/m);
      assert.match(
        held.stderr,
        new RegExp(
          `^ {2}tkn-dev pipelinerun continue ${name} .*continue as if its work were done`,
          "m",
        ),
      );

      const asked = ["t-debug", "--on-task", "work", ...where];
      const doctor = await tknDev(["doctor", ...asked, ...flags]);
      assert.equal(doctor.code, 0, doctor.stdout);
      assert.match(
        doctor.stdout,
        /^ok +exec +a command in held step \S+ of pod \S+ took \d+ ms by (spdy|websocket)$/m,
      );
      assert.match(doctor.stdout, /^ok +image +\S* ?has sh, tar/m);

      const info = await tknDev(["pr", "info", name, ...flags]);
      assert.match(info.stdout, /^Step: +work\/greet, held before its work$/m);
      assert.match(info.stdout, /^Workspaces: source at \/workspace\/source \(claim /m);
      assert.match(info.stdout, /^Params: +who=you$/m);
      assert.match(info.stdout, /^ +PASSWORD=\*\*\*$/m);
      assert.match(info.stdout, /^ +6 {2}cat no-such-file$/m);

      const ran = await tknDev(["pr", "run", name, "work/greet", ...flags]);
      assert.equal(ran.code, 1, ran.stderr);
      assert.equal(ran.stdout, "hello you\n");
      assert.match(ran.stderr, /^Failed: +(line 6: )?cat no-such-file\nExit code: +1 /m);
      assert.doesNotMatch(ran.stderr, /hunter22/);

      await Deno.writeTextFile(`${directory}/here.txt`, "two");
      const sent = await tknDev(["pr", "upload", name, directory, ...flags]);
      assert.equal(sent.code, 0, sent.stderr);
      const exec = ["pr", "exec", name, ...flags, "--", "cat", "/workspace/source/here.txt"];
      assert.equal((await tknDev(exec)).stdout, "two");

      const logs = await tknDev(["pr", "logs", name, ...flags]);
      assert.equal(logs.stdout, "[work : prepare] prepared for you\n");
      assert.deepEqual(
        (await tknDev(["pr", "continue", name, "--exit-code", "0", ...flags])).stderr,
        "Step work/greet continues\n",
      );
      const end = await tknDev(["pr", "logs", name, "-f", ...flags]);
      assert.equal(end.code, 0, end.stderr);
      assert.match(end.stdout, /^\[work : last\] last two words$/m);
      assert.match(end.stdout, /^\[check : check\] it said: hello you$/m);
    },
  },
  {
    name:
      "with --exec-instead the log is the command's output, and the step's exit code the command's",
    async run({ flags }) {
      for (const code of [0, 3]) {
        const words = "task debug t-debug --on-step greet --exec-instead".split(" ");
        const ran = await tknDev([...words, `echo "in $COLOR, $# words"; exit ${code}`, ...flags]);
        assert.equal(ran.code, code === 0 ? 0 : 1, ran.stderr);
        assert.match(ran.stdout, /^\[greet\] in blue, 0 words$/m);
        assert.equal(/^\[last\] last two words$/m.test(ran.stdout), code === 0);
        if (code !== 0) assert.match(ran.stderr, /step greet: exit code 3/);
      }
    },
  },
  {
    name: "a step is released once: a second client gets an error, and no other step is held",
    async run(cluster, directory) {
      const { flags, kube } = cluster;
      writeTree(directory, tree("file here.txt one"));
      const words = "task upload t-debug --on-step prepare --no-continue -w name=source,emptyDir="
        .split(" ");
      const held = await tknDev([...words, directory, ...flags]);
      assert.equal(held.code, 0, held.stderr);
      const name = held.stdout.trim().split("\n").at(-1)!;
      const both = await Promise.all(
        [1, 2].map(() => tknDev(["tr", "fail-continue", name, ...flags])),
      );
      // Both clients may find the step held; the gate accepts only the first request.
      assert.ok(both.some(({ code }) => code === 0), JSON.stringify(both));
      for (const { code, stderr } of both) {
        if (code !== 0) {
          assert.match(stderr, /^Error: Cannot .*(no step is held|it is no longer held)/);
        }
      }
      await ended(cluster, name);
      assert.deepEqual(
        await findHeldSteps(kube, { kind: "TaskRun", namespace: kube.namespace, name }),
        [],
      );
      const late = await tknDev(["tr", "continue", name, ...flags]);
      assert.equal(late.code, 3);
      assert.match(late.stderr, /: no step is held\nHint: the run has ended\n$/);
    },
  },
  {
    name: "secrets in the output of a step's work are masked on stdout, the rest is unchanged",
    async run({ flags }, directory) {
      writeTree(directory, tree("file here.txt one"));
      const words = "task upload t-secret --on-step say --no-continue -w name=source,emptyDir=";
      const held = await tknDev([...words.split(" "), directory, ...flags]);
      assert.equal(held.code, 0, held.stderr);
      const run = held.stdout.trim().split("\n").at(-1)!;
      const { code, stdout, stderr } = await tknDev(["tr", "run", run, ...flags]);
      assert.equal(code, 0, stderr);
      const numbers = Array.from({ length: 20_000 }, (_, at) => `${at + 1}\n`).join("");
      assert.equal(stdout, `it is ***\n***\n${numbers}no end`);
      assert.doesNotMatch(stderr, /hunter22|aHVudGVyMjI/);
      assert.equal((await tknDev(["tr", "fail-continue", run, ...flags])).code, 0);
    },
  },
  {
    name: "an error at a held step, or on the way to one, is one line with a hint",
    async run(cluster, directory) {
      const { flags } = cluster;
      writeTree(directory, tree("file here.txt one"));
      const words = "task upload t-debug --on-step prepare --no-continue -w name=source,emptyDir="
        .split(" ");
      const held = await tknDev([...words, directory, ...flags]);
      assert.equal(held.code, 0, held.stderr);
      const run = held.stdout.trim().split("\n").at(-1)!;
      for (const [line, code, error, hint] of WRONG) {
        const args = line.split(" ").map((word) => word.replace(/^RUN$/, run).replace("_", " "));
        const dashes = args.indexOf("--");
        const at = dashes < 0 ? args.length : dashes;
        const ran = await tknDev(args.toSpliced(at, 0, ...flags));
        assert.equal(ran.code, code, `${line}\n${ran.stderr}`);
        const errors = ran.stderr.split("\n").filter((text) => text.startsWith("Error: "));
        assert.equal(errors.length, 1, `${line}\n${ran.stderr}`);
        assert.match(errors[0], error, line);
        assert.match(/^Hint: (.*)$/m.exec(ran.stderr)?.[1] ?? "no hint", hint, line);
        assert.doesNotMatch(ran.stderr, /^\s+at /m, `${line}: a stack`);
      }
      assert.equal((await tknDev(["tr", "fail-continue", run, ...flags])).code, 0);
      await ended(cluster, run);
      await cluster.kube.delete(TASK_RUNS, cluster.kube.namespace, run);
      const gone = await tknDev(["tr", "shell", run, ...flags]);
      assert.equal(gone.code, 2, "a shell needs a terminal first");
      const deleted = await tknDev(["tr", "continue", run, ...flags]);
      assert.equal(deleted.code, 3);
      assert.match(deleted.stderr, /^Error: Cannot get TaskRun ".*": .*not found/);
    },
  },
];

const WRONG: [line: string, code: number, error: RegExp, hint: RegExp][] = [
  ["tr info nobody", 3, /Cannot get TaskRun "nobody".*not found/, /./],
  ["pr continue RUN", 3, /Cannot get PipelineRun ".*not found/, /./],
  ["tr continue RUN other", 2, /step "other" .*it is not held/, /prepare/],
  ["tr continue RUN --exit-code 256", 2, /--exit-code "256"/, /255/],
  ["tr shell RUN", 2, /Cannot open a shell: stdin is not a terminal/, /tkn-dev taskrun exec/],
  ["tr exec RUN", 2, /none is given/, /-- ls/],
  [
    "tr exec RUN -- no-such-program",
    3,
    /its image has no such program/,
    /name a program of the image/,
  ],
  ["tr run RUN --patch x", 2, /--patch "x": nothing is edited/, /--edit/],
  ["tr run RUN --edit --original", 2, /exclude each other/, /./],
  ["tr run RUN --edit", 2, /Cannot open an editor: stdin is not a terminal/, /./],
  ["tr upload RUN /does/not/exist", 2, /"\/does\/not\/exist": no such directory/, /./],
  [
    "tr upload RUN --on-workspace other",
    2,
    /workspace "other".*no workspace of that name/,
    /source/,
  ],
  ["task debug t-debug", 2, /Cannot open a shell: stdin is not a terminal/, /--exec-instead/],
  ["pipeline debug t-debug --exec-instead x", 2, /Cannot tell where to hold/, /work, check/],
  ["pipeline debug t-debug --exec-instead x --on-step work", 2, /it is not TASK\/STEP/, /on-task/],
  [
    "pipeline debug t-debug --exec-instead x --on-step work/other",
    2,
    /step "other": task "work" has no such step/,
    /prepare, greet, last/,
  ],
  ["pipeline debug t-debug --exec-instead x --on-task x", 2, /no such task/, /work, check/],
  ["task debug nothing --exec-instead x", 3, /"nothing".*not found/, /its tasks:/],
  ["task debug t-debug --exec-instead x --after", 2, /done already/, /--after/],
  ["task debug t-debug --exec-instead _", 2, /it is not a command/, /make/],
  ["task debug t-debug --without-shell --on-failure", 2, /without a shell/, /./],
  ["task upload t-debug --shell", 2, /the run continues/, /--no-continue/],
  ["task upload t-debug --no-continue --shell -w name=source,emptyDir=", 2, /not a terminal/, /./],
  ["task upload t-debug --no-continue --upload-image x", 2, /another image/, /./],
];

async function ended({ kube }: Cluster, name: string): Promise<void> {
  const limit = AbortSignal.timeout(PATIENCE_MS);
  const selector = { namespace: kube.namespace, fields: `metadata.name=${name}` };
  for await (const { object } of kube.watch(TASK_RUNS, selector, limit)) {
    const { conditions } = (object as { status?: { conditions?: { status: string }[] } }).status ??
      {};
    if (conditions !== undefined && conditions[0].status !== "Unknown") return;
  }
  throw new Error(`TaskRun ${name} is still not over`);
}
