/** `--watch`: at a real pseudo-terminal, with real files that are saved. */
import assert from "node:assert/strict";
import type { Kube } from "../../../src/kube/interface.ts";
import {
  PIPELINE_RUNS,
  type PipelineRun,
  TASK_RUNS,
  type TaskRun,
} from "../../../src/tekton/model.ts";
import { phaseOf } from "../../../src/tekton/phase.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { atTerminal } from "../hold/session.ts";
import { startWithPid } from "../hold/session.ts";

const FILES = `
  file .gitignore "out/\\n"
  file a.txt one
  file src/deep/x x
  file b.txt two
`;

export const watchScenarios: Scenario[] = [
  {
    name: "saved files start a Task again, once for both of them, and Ctrl-C ends the watch",
    needs: ["script"],
    async run({ flags, kube }, directory) {
      writeTree(directory, tree(FILES));
      const args = [
        "task",
        "upload",
        "t-watch",
        directory,
        "--watch",
      ];
      await using session = startWithPid([...args, ...flags]);
      const [, pid] = await session.until(/pid: (\d+)\n/);
      await session.until(/Workspace source: /);
      await session.type("empty\r"); // asked once: the second run has the answer
      const [, first] = await session.until(/Created TaskRun (\S+) in/);
      await session.until(/\[look\] it sees one and two\n/);
      await session.until(/TaskRun \S+ succeeded in .*\nWatching \S+ for changes, Ctrl-C ends\n/);

      Deno.kill(Number(pid), "SIGSTOP"); // it sees all of this at once, also on a busy machine
      await Deno.mkdir(`${directory}/out`);
      await Deno.writeTextFile(`${directory}/out/ignored.o`, "x");
      await Deno.writeTextFile(`${directory}/a.txt`, "another");
      // As editors save: a temporary file replaces the other.
      await Deno.writeTextFile(`${directory}/.b.txt.tmp`, "other");
      await Deno.rename(`${directory}/.b.txt.tmp`, `${directory}/b.txt`);
      Deno.kill(Number(pid), "SIGCONT");
      await session.until(/\nChanged: a\.txt, b\.txt\n/);
      const [, second] = await session.until(/Created TaskRun (\S+) in/);
      await session.until(/\[look\] it sees another and other\n/);
      await session.until(/succeeded in .*\nWatching \S+ for changes, Ctrl-C ends\n/);

      await session.type("\x03");
      await session.until(/ended: 130\n/);
      assert.equal(session.all.match(/Created TaskRun/g)?.length, 2, session.all);
      for (const name of [first, second]) {
        const run = await kube.get<TaskRun>(TASK_RUNS, kube.namespace, name);
        assert.equal(phaseOf(run).kind, "ended");
      }
    },
  },
  {
    name: "a save cancels a Pipeline's run and starts the next; Ctrl-C cancels it and starts none",
    needs: ["script"],
    async run({ flags, kube, claim }, directory) {
      writeTree(directory, tree(`${FILES}\n file wait x`));
      const subPath = crypto.randomUUID().slice(0, 13);
      const args = ["pipeline", "upload", "t-watch", directory, "--watch=restart"];
      const where = ["-w", `name=source,claimName=${claim},subPath=${subPath}`];
      await using session = atTerminal([...args, ...where, ...flags]);
      const [, first] = await session.until(/Created PipelineRun (\S+) in/);
      await session.until(/\[work : look\] it sees one and two\n/);

      await Deno.writeTextFile(`${directory}/a.txt`, "another");
      await session.until(new RegExp(`Note: Cancelled PipelineRun ${first}\n`));
      await session.until(/\nChanged: a\.txt\n/);
      const [, second] = await session.until(/Created PipelineRun (\S+) in/);
      await session.until(/\[work : look\] it sees another and two\n/);

      await Deno.mkdir(`${directory}/new/deep`, { recursive: true });
      await Deno.writeTextFile(`${directory}/new/deep/c.txt`, "c");
      await session.until(/\nChanged: new\/deep\/c\.txt\n/);
      const [, third] = await session.until(/Created PipelineRun (\S+) in/);
      await session.until(/\[work : look\] it sees another and two\n/);
      await session.type("\x03");
      await session.until(new RegExp(`Error: Interrupted: cancelled PipelineRun "${third}"\n`));
      await session.until(/ended: 130\n/);
      assert.equal(session.all.match(/Note: The upload stands in for/g)?.length, 1, session.all);
      for (const name of [first, second, third]) await cancelled(kube, name);
    },
  },
];

/** Waits until the run has ended as cancelled. */
async function cancelled(kube: Kube, name: string): Promise<void> {
  const over = new AbortController();
  const one = { namespace: kube.namespace, fields: `metadata.name=${name}` };
  for await (const { object } of kube.watch<PipelineRun>(PIPELINE_RUNS, one, over.signal)) {
    const phase = phaseOf(object);
    if (phase.kind === "running") continue;
    assert.equal(phase.reason, "Cancelled");
    return over.abort();
  }
}
