/** `--watch=ahead`: the next run waits for the save, and none is left when the watch ends. */
import assert from "node:assert/strict";
import type { Kube } from "../../../src/kube/interface.ts";
import { RESOURCE_OF, type Run, type RunKind } from "../../../src/tekton/model.ts";
import { phaseOf } from "../../../src/tekton/phase.ts";
import { startTknDev } from "../../support/program.ts";
import type { TerminalSession } from "../../support/terminal_session.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import { atTerminal } from "../hold/session.ts";
import type { Scenario } from "../scenario.ts";
import { becomes, held } from "../waiting.ts";

const FILES = `
  file a.txt one
  file src/deep/x x
  file b.txt two
`;

/** A Task that needs no definition on the cluster, with an emptyDir. */
const TASK = ["task", "upload", "t-watch", "-w", "name=source,emptyDir="];

export const aheadScenarios: Scenario[] = [
  {
    name: "the next run waits with the tree, a save sends its delta, and Ctrl-C leaves no run",
    needs: ["script"],
    async run({ flags, kube }, directory) {
      writeTree(directory, tree(FILES));
      const before = await runs(kube, "TaskRun");
      await using session = atTerminal([...TASK, directory, "--watch=ahead", ...flags]);
      await created(session);
      await session.until(/Sent 3 files, .*, verified\n/);
      await session.until(/\[look\] it sees one and two\n/);
      await idle(session);
      await Deno.writeTextFile(`${directory}/a.txt`, "another");
      await session.until(/\nChanged: a\.txt\n/);
      await created(session);
      await session.until(/Sent 1 file, .*, verified; 2 unchanged since the upload \S+ ago\n/);
      await session.until(/\[look\] it sees another and two\n/);
      await idle(session);
      // On a busy machine these may be two changes, of which each has its run.
      await Deno.remove(`${directory}/src`, { recursive: true });
      await Deno.writeTextFile(`${directory}/b.txt`, "other");
      await session.until(/\[look\] it sees another and other\n/);
      await idle(session);
      await session.type("\x03");
      await session.until(/ended: 130\n/);
      assert.match(session.all, /(?:Sent|Nothing to send) [^\n]*\d removed\n/);
      const names = [...session.all.matchAll(/Created TaskRun (\S+) in/g)].map(([, name]) => name);
      const after = await runs(kube, "TaskRun");
      assert.deepEqual([...after].filter((name) => !before.has(name)).sort(), names.sort());
    },
  },
  {
    name:
      "with a claim, the next run of a Pipeline waits until the save, also in the middle of one",
    needs: ["script"],
    async run({ flags, kube, claim }, directory) {
      writeTree(directory, tree(`${FILES}\n file wait x`));
      const subPath = crypto.randomUUID().slice(0, 13);
      const args = ["pipeline", "upload", "t-watch", directory, "--watch=ahead"];
      const where = ["-w", `name=source,claimName=${claim},subPath=${subPath}`];
      const before = await runs(kube, "PipelineRun");
      await using session = atTerminal([...args, ...where, ...flags]);
      const first = await created(session);
      await session.until(/\[work : look\] it sees one and two\n/);
      const next = await newRun(kube, "PipelineRun", new Set([...before, first]));
      await held({ kube } as Parameters<typeof held>[0], "PipelineRun", next, "clone/clone");
      await session.type("\x03");
      await session.until(new RegExp(`Error: Interrupted: cancelled PipelineRun "${first}"\n`));
      await session.until(/ended: 130\n/);
      const left = [...await runs(kube, "PipelineRun")].filter((name) => !before.has(name));
      assert.deepEqual(left, [first]);
    },
  },
  {
    name: "a run that waits is replaced after somebody deleted it, and once it is old",
    needs: ["script"],
    async run({ context, flags, kube }, directory) {
      writeTree(directory, tree(FILES));
      const before = await runs(kube, "TaskRun");
      const limit = `--pause-timeout=${context === undefined ? 5 : 40}s`;
      await using session = atTerminal([...TASK, directory, "--watch=ahead", limit, ...flags]);
      const known = new Set([...before, await created(session)]);
      await idle(session);
      const second = await newRun(kube, "TaskRun", known);
      await kube.delete(RESOURCE_OF.TaskRun, kube.namespace, second);
      known.add(second);
      known.add(await newRun(kube, "TaskRun", known));
      await newRun(kube, "TaskRun", known); // after the limit
      await session.until(/The next run is ready/);
      await Deno.writeTextFile(`${directory}/a.txt`, "another");
      assert.ok(!known.has(await created(session)));
      await session.until(/\[look\] it sees another and two\n/);
      await session.until(/succeeded in/);
      await session.type("\x03");
      await session.until(/ended: 130\n/);
      assert.deepEqual(await running(kube, before), []);
    },
  },
  {
    name: "a save that changes the definition itself replaces the run that waits",
    needs: ["script"],
    async run({ flags, kube }, directory) {
      const definition = (word: string) => `
        apiVersion: tekton.dev/v1
        kind: Task
        metadata: { name: t-own }
        spec:
          workspaces: [{ name: source }]
          steps:
            - { name: say, image: "localhost/busybox:1", script: "echo it says ${word}" }
      `;
      const file = `${directory}/task.yaml`;
      await Deno.writeTextFile(file, definition("one"));
      const before = await runs(kube, "TaskRun");
      const args = ["task", "upload", directory, "-f", file, "-w", "name=source,emptyDir="];
      await using session = atTerminal([...args, "--watch=ahead", ...flags]);
      const first = await created(session);
      await session.until(/\[say\] it says one\n/);
      await idle(session);
      await Deno.writeTextFile(file, definition("two"));
      await session.until(/Note: The run has changed: a new one is created for it\n/);
      const second = await created(session);
      await session.until(/\[say\] it says two\n/);
      await idle(session);
      await session.type("\x03");
      await session.until(/ended: 130\n/);
      const left = [...await runs(kube, "TaskRun")].filter((name) => !before.has(name));
      assert.deepEqual(left.sort(), [first, second].sort());
    },
  },
  {
    name: "a closed terminal ends the watch, and the run that waits is removed",
    needs: ["script"],
    async run({ flags, kube }, directory) {
      writeTree(directory, tree(FILES));
      const before = await runs(kube, "TaskRun");
      let first = "";
      {
        await using session = atTerminal([...TASK, directory, "--watch=ahead", ...flags]);
        first = await created(session);
        await idle(session);
      }
      const left = async () => [...await runs(kube, "TaskRun")].filter((name) => !before.has(name));
      await becomes(async () => (await left()).length === 1, "the run that waits is removed");
      assert.deepEqual(await left(), [first]);
    },
  },
  {
    name: "after kill -9 the run that waits gives up by itself",
    async run(cluster, directory) {
      const { context, flags, kube } = cluster;
      writeTree(directory, tree(FILES));
      const before = await runs(kube, "TaskRun");
      const program = startTknDev([
        ...TASK,
        directory,
        "--watch=ahead",
        `--pause-timeout=${context === undefined ? 5 : 30}s`,
        ...flags,
      ]);
      const said = await program.stderrMatch(/Created TaskRun (\S+) in/);
      const [, first] = /TaskRun (\S+)/.exec(said)!;
      await program.stderrMatch(/Watching \S+ for changes/);
      const next = await newRun(kube, "TaskRun", new Set([...before, first]));
      await held(cluster, "TaskRun", next, "upload");
      program.signal("SIGKILL");
      await program.ended;
      await becomes(async () => (await running(kube, before)).length === 0, `${next} ends`);
    },
  },
];

async function created(session: TerminalSession): Promise<string> {
  return (await session.until(/Created (?:Task|Pipeline)Run (\S+) in/))[1];
}

/** Waits until the next run is ready, and nothing else happens. */
async function idle(session: TerminalSession): Promise<void> {
  await session.until(/succeeded in .*\nWatching \S+ for changes, Ctrl-C ends\n/);
  await session.until(/The next run is ready/);
}

async function runs(kube: Kube, kind: RunKind): Promise<Set<string>> {
  const found = await kube.list<Run>(RESOURCE_OF[kind], { namespace: kube.namespace });
  return new Set(found.map(({ metadata }) => metadata.name));
}

/** Returns the TaskRuns that have not ended, without the given ones. */
async function running(kube: Kube, without: ReadonlySet<string>): Promise<string[]> {
  const found = await kube.list<Run>(RESOURCE_OF.TaskRun, { namespace: kube.namespace });
  return found.filter((run) => phaseOf(run).kind !== "ended").map(({ metadata }) => metadata.name)
    .filter((name) => !without.has(name));
}

/** Waits for a run that is not among the known ones. */
async function newRun(kube: Kube, kind: RunKind, known: ReadonlySet<string>): Promise<string> {
  let found: string | undefined;
  await becomes(async () => {
    found = [...await runs(kube, kind)].find((name) => !known.has(name));
    return found !== undefined;
  }, "another run waits");
  return found!;
}
