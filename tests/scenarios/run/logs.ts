/** The logs of runs that other programs started: chosen by task, step, outcome and age. */
import assert from "node:assert/strict";
import { PIPELINE_RUNS, type PipelineRun } from "../../../src/tekton/model.ts";
import { tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";

const IMAGE = "localhost/busybox:1";

function step(name: string, script: string) {
  return { name, image: IMAGE, script: `#!/bin/sh\n${script}` };
}

export const logsScenarios: Scenario[] = [
  {
    name: "logs show the tasks, steps and runs that the user asks for",
    needs: ["sh"],
    async run({ flags, kube }) {
      const created = await kube.create<PipelineRun>(PIPELINE_RUNS, {
        apiVersion: "tekton.dev/v1",
        kind: "PipelineRun",
        metadata: { generateName: "t-logs-", namespace: kube.namespace },
        spec: {
          pipelineSpec: {
            tasks: [
              {
                name: "good",
                displayName: "Good Task",
                taskSpec: { steps: [step("one", "printf 'caf\\351\\n'"), step("two", "echo 2")] },
              },
              {
                name: "flaky",
                retries: 1,
                runAfter: ["good"],
                taskSpec: {
                  steps: [step("try", "echo attempt $(context.task.retry-count); exit 3")],
                },
              },
            ],
            finally: [{ name: "last", taskSpec: { steps: [step("bye", "echo bye")] } }],
          },
        },
      });
      const { name } = created.metadata;
      const logs = (words: string) => tknDev([...words.split(" "), ...flags]);
      const all = "[good : one] caf\ufffd\n[good : two] 2\n[flaky : try] attempt 0\n" +
        "[flaky : try] attempt 1\n[last : bye] bye\n";

      const followed = await logs(`pr logs ${name} -f`);
      // Tasks that end within one second may be followed side by side.
      assert.equal(followed.code, 1, followed.stderr);
      assert.deepEqual(byTask(followed.stdout), byTask(all), followed.stderr);
      const printed = await logs(`pr logs ${name}`);
      assert.deepEqual([printed.code, printed.stdout], [0, all]);
      assert.match(printed.stderr, /^✗ flaky +failed .*\n +step try: exit code 3$/m);

      const stdout = async (words: string) => (await logs(words)).stdout;
      assert.equal(await stdout(`pr logs ${name} -t last,good -s two`), "[good : two] 2\n");
      assert.equal(await stdout(`pr logs ${name} -s two --long`), "[Good Task : two] 2\n");
      assert.equal(await stdout(`tr logs ${name}-good -s two`), "[two] 2\n");
      assert.equal(await stdout(`tr logs ${name}-good -s two --prefix=false`), "2\n");
      for (const follow of ["", " -f"]) {
        const lines = (await stdout(`pr logs ${name} -a -t good${follow}`)).split("\n");
        const stamp = "\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d";
        assert.match(lines[0], RegExp(`^\\[good : prepare\\] ${stamp} Entrypoint initialization$`));
        const decoded = RegExp(
          `^\\[good : place-scripts\\] ${stamp} Decoded script /tekton/scripts/`,
        );
        assert.match(lines[1], decoded);
        assert.match(lines[2], decoded);
        assert.deepEqual(lines.slice(3), ["[good : one] caf\ufffd", "[good : two] 2", ""]);
      }
      const time = /^\[two\] \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d) 2\n$/;
      assert.match(await stdout(`tr logs ${name}-good -s two -t`), time);
      assert.match(await stdout(`tr logs ${name}-good -s two -t -f`), time);
      const failed = "[flaky : try] attempt 0\n[flaky : try] attempt 1\n";
      assert.equal(await stdout(`pr logs ${name} --log-failed`), failed);
      // A run with an inline spec gets its own name as its Pipeline's.
      assert.equal(await stdout(`pipeline logs ${name} -L -s bye`), "[last : bye] bye\n");
      assert.equal(await stdout(`pipeline logs ${name} ${name} -s bye`), "[last : bye] bye\n");
      assert.equal((await logs(`pr logs ${name} -E -s bye`)).code, 1);

      const unknown = await logs(`pr logs ${name} -t nothing`);
      assert.equal(unknown.code, 2);
      assert.match(unknown.stderr, /^Hint: its tasks: good, flaky, last$/m);
    },
  },
  {
    name: "an upload is reported as events on stdout, and in files as JUnit and as its outcome",
    needs: ["sh", "tar"],
    async run({ flags }, directory) {
      writeTree(directory, tree("file a.txt one"));
      const words = "task upload t-steps -w name=source,emptyDir= --events --junit".split(" ");
      const report = `${directory}.xml`;
      const file = `${directory}.json`;
      const ran = await tknDev([...words, report, directory, "--outcome", file, ...flags]);
      assert.equal(ran.code, 0, ran.stderr);
      const events = ran.stdout.trim().split("\n").map((line) => JSON.parse(line));
      assert.ok(events.every(({ version }) => version === 1));
      const kinds = events.map(({ kind }) => kind);
      for (const kind of ["created", "paused", "sent", "released", "log", "ended"]) {
        assert.ok(kinds.includes(kind), `${kind} in ${kinds}`);
      }
      const { outcome } = events.at(-1);
      assert.equal(outcome.succeeded, true);
      const xml = await Deno.readTextFile(report);
      assert.match(xml, new RegExp(`<testsuite name="TaskRun ${outcome.name}" tests="\\d+"`));
      assert.match(xml, /<testcase classname="t-steps" name="[^"]+" time="\d+\.\d{3}"\/>/);
      const written = JSON.parse(await Deno.readTextFile(file));
      assert.deepEqual([written.version, written.exitCode, written.outcome], [1, 0, outcome]);
      const { kind: _, at: __, version: ___, ...run } = events.find(({ kind }) =>
        kind === "created"
      );
      assert.deepEqual(written.run, run);
      assert.deepEqual([written.upload.files, written.upload.verified], [1, true]);
      for (const one of [report, file]) await Deno.remove(one);
    },
  },
  {
    name: "the outcome is one document, also of a failed run, an error and a held upload",
    needs: ["sh", "tar"],
    async run({ flags }, directory) {
      writeTree(directory, tree("file a.txt one"));
      const outcomeOf = async (line: string, code: number) => {
        const ran = await tknDev([...line.split(" "), "--outcome", "-", ...flags]);
        assert.equal(ran.code, code, ran.stderr);
        const document = JSON.parse(ran.stdout);
        assert.equal(document.exitCode, code);
        return document;
      };
      const failed = await outcomeOf("task start t-say -p exit=3", 1);
      assert.deepEqual([failed.outcome.succeeded, failed.error, failed.upload], [
        false,
        undefined,
        undefined,
      ]);
      const followed = await outcomeOf(`tr logs ${failed.run.name} -f`, 1);
      assert.deepEqual([followed.run, followed.outcome.name], [failed.run, failed.run.name]);
      const refused = await outcomeOf(`task upload t-none ${directory}`, 3);
      assert.match(refused.error.message, /^Cannot get Task "t-none": not found/);
      assert.deepEqual([refused.run, typeof refused.error.hint], [undefined, "string"]);

      const words = `task upload t-debug --on-step greet --no-continue ${directory}`.split(" ");
      const held = await tknDev([...words, "-w", "name=source,emptyDir=", ...flags]);
      assert.equal(held.code, 0, held.stderr);
      const name = held.stdout.trim().split("\n").at(-1)!;
      const sent = await outcomeOf(`tr upload ${name} ${directory} --continue`, 0);
      assert.deepEqual([sent.run.name, sent.upload.verified, sent.outcome], [
        name,
        true,
        undefined,
      ]);
    },
  },
];

/** Returns the lines of each task, in their order. */
function byTask(text: string): Record<string, string[] | undefined> {
  return Object.groupBy(text.split("\n"), (line) => /^\[(\S+) :/.exec(line)?.[1] ?? "");
}
