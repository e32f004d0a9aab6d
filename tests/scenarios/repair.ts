/** The session that docs/repair.cast shows, played anew: its keys are the same, and so is what the screen shows. */
import assert from "node:assert/strict";
import { PIPELINE_RUNS, type PipelineRun, PIPELINES } from "../../src/tekton/model.ts";
import { readCast, textOf } from "../support/cast.ts";
import type { Cluster } from "../support/cluster.ts";
import { shownLines } from "../support/shown_lines.ts";
import { playRepair } from "./repair_session.ts";
import type { Scenario } from "./scenario.ts";

const RECORD = "it has changed: `deno task cast` records docs/repair.cast anew";

export const repairScenarios: Scenario[] = [
  {
    name: "a Pipeline with a wrong script is held, run, edited, run again and patched, and passes",
    needs: ["script", "kubectl"],
    async run(cluster, directory) {
      let [written, typed] = ["", ""];
      await playRepair(cluster, {
        directory,
        onOutput: (text) => written += text,
        type(session, line) {
          typed += line;
          return session.type(line);
        },
      });
      const cast = readCast(
        await Deno.readTextFile(new URL("../../docs/repair.cast", import.meta.url)),
      );
      const keys = (text: string) => told(text.replaceAll("\r", "\n"), cluster);
      assert.deepEqual(keys(typed), keys(textOf(cast, "i")), RECORD);
      assert.deepEqual(told(written, cluster), told(textOf(cast, "o"), cluster), RECORD);
      await assertPatched(cluster);
    },
  },
];

/** Not only by what the screen says. */
async function assertPatched({ kube }: Cluster): Promise<void> {
  const pack = await kube.get<PipelineRun & { spec: unknown }>(PIPELINES, kube.namespace, "pack");
  assert.match(JSON.stringify(pack.spec), /& \$\(params\.version\)\/' src\/greet\.sh >dist/);
  const labels = "tekton.dev/pipeline=pack";
  const runs = await kube.list<PipelineRun>(PIPELINE_RUNS, { namespace: kube.namespace, labels });
  const last = runs.toSorted((a, b) => created(a) - created(b)).at(-1)!;
  assert.deepEqual(last.status?.results, [{ name: "file", value: "dist/greet" }]);
}

function created({ metadata }: PipelineRun): number {
  return Date.parse(metadata.creationTimestamp!);
}

/** What varies from one session to the next. */
const VARIES: readonly [RegExp, string][] = [
  [/\bpack-run-[a-z0-9]{5}\b/g, "pack-run-NAME"],
  [/ +(?:\d+m ?)?\d+(?:\.\d+)? ?s\b/g, " TIME"],
  [/ \([\d.]+ [kMG]?B\/s\)/g, ""],
  // Of an earlier session the claim may have it all.
  [
    /^(?:Sent 5 files, 771 B|Nothing to send) in TIME(?:, verified)?(?:; 5 unchanged(?: since the upload TIME ago)?)?/gm,
    "UPLOADED",
  ],
  [/(?<=^Created PipelineRun \S+ in ).*/, "NAMESPACE"],
  [/(?<= -n )\S+/g, "NAMESPACE"],
];

/** Lines that come or don't: of a shell, whether it shows its next prompt before its container ends. */
const NOT_TOLD: readonly RegExp[] = [/^\[\w+\/\w+\] \$$/];

/** Steps of the sandbox are processes of this machine, with its programs: what differs by that, and why. */
const OF_THE_IMAGE: readonly RegExp[] = [
  /^$|^BusyBox v|^Enter 'help' for/, // what busybox' shell says at its start
  /^User: /, // whoever runs the sandbox
  /^\+ |^Failed: /, // not every dash knows the number of its line, and each shell quotes a trace its own way
  /\bsed: |[Ee]xit code(?: |: +)[12]\b/, // another sed tells a missing file in other words, and by a 2
];

/** The lines that it shows, without what varies. */
function told(text: string, { context }: Cluster): string[] {
  const left = context === undefined ? [...NOT_TOLD, ...OF_THE_IMAGE] : NOT_TOLD;
  return logsLast(inOneOrder(shownLines(text)))
    .filter((line) => !left.some((pattern) => pattern.test(line)))
    .map((line) => VARIES.reduce((told, [from, to]) => told.replace(from, to), line));
}

/** A work's stdout is not in step with its trace, which has been looked through for secrets. */
function inOneOrder(lines: readonly string[]): string[] {
  const ordered: string[] = [];
  let traced: string[] = [];
  for (const line of lines) {
    if (/^(?:Failed|Exit code):/.test(line)) {
      ordered.push(...traced.toSorted());
      traced = [];
    }
    if (line.startsWith("+ ") || traced.length > 0) traced.push(line);
    else ordered.push(line);
  }
  return [...ordered, ...traced];
}

/**
 * What a step logs, and what the upload says that let it go, come by two connections: the quicker one is told first.
 * The logs before the last "Resumed" go behind it.
 */
function logsLast(lines: readonly string[]): string[] {
  const end = lines.lastIndexOf("Resumed") + 1;
  const from = lines.findLastIndex((line, at) => at < end && line.startsWith("Held at "));
  if (from === -1) return [...lines];
  const isLog = (line: string) => /^\[\w+ : \w+\] /.test(line);
  const between = lines.slice(from, end);
  return [
    ...lines.slice(0, from),
    ...between.filter((line) => !isLog(line)),
    ...between.filter(isLog),
    ...lines.slice(end),
  ];
}
