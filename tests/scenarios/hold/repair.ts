/** Replays the session of docs/repair.cast: the keys and the screen must be the same. */
import assert from "node:assert/strict";
import { PIPELINE_RUNS, type PipelineRun, PIPELINES } from "../../../src/tekton/model.ts";
import { readCast, textOf } from "../../support/cast.ts";
import type { Cluster } from "../../support/cluster.ts";
import { shownLines } from "../../support/shown_lines.ts";
import { playRepair } from "./repair_session.ts";
import type { Scenario } from "../scenario.ts";

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
        await Deno.readTextFile(new URL("../../../docs/repair.cast", import.meta.url)),
      );
      const keys = (text: string) => comparableLines(text.replaceAll("\r", "\n"), cluster);
      assert.deepEqual(keys(typed), keys(textOf(cast, "i")), RECORD);
      assert.deepEqual(
        comparableLines(written, cluster),
        comparableLines(textOf(cast, "o"), cluster),
        RECORD,
      );
      await assertPatched(cluster);
    },
  },
];

/** The screen alone does not prove the patch. */
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

/** Text that differs between sessions. */
const VARIES: readonly [RegExp, string][] = [
  [/\bpack-run-[a-z0-9]{5}\b/g, "pack-run-NAME"],
  [/ +(?:\d+m ?)?\d+(?:\.\d+)? ?s\b/g, " TIME"],
  [/ \([\d.]+ [kMG]?B\/s\)/g, ""],
  // An earlier session may have filled the claim.
  [
    /^(?:Sent 5 files, 771 B|Nothing to send) in TIME(?:, verified)?(?:; 5 unchanged(?: since the upload TIME ago)?)?/gm,
    "UPLOADED",
  ],
  [/(?<=^Created PipelineRun \S+ in ).*/, "NAMESPACE"],
  [/(?<= -n )\S+/g, "NAMESPACE"],
];

/** Lines that may be missing: a shell may show its next prompt before its container ends. */
const OPTIONAL: readonly RegExp[] = [/^\[\w+\/\w+\] \$$/];

/** Lines that differ on the sandbox, whose steps use this machine's programs. */
const OF_THE_SANDBOX: readonly RegExp[] = [
  /^$|^BusyBox v|^Enter 'help' for/, // the first lines of busybox's shell
  /^User: /, // the user of the sandbox
  /^\+ |^Failed: /, // shells differ in line numbers and in how they quote a trace
  /\bsed: |[Ee]xit code(?: |: +)[12]\b/, // each sed has its own words and exit code for a missing file
];

/** Returns the lines of the screen, without what varies. */
function comparableLines(text: string, { context }: Cluster): string[] {
  const left = context === undefined ? [...OPTIONAL, ...OF_THE_SANDBOX] : OPTIONAL;
  return logsLast(traceSorted(shownLines(text)))
    .filter((line) => !left.some((pattern) => pattern.test(line)))
    .map((line) => VARIES.reduce((text, [from, to]) => text.replace(from, to), line));
}

/** Sorts a work's stdout and its trace: the trace is delayed by the search for secrets. */
function traceSorted(lines: readonly string[]): string[] {
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
 * Moves the logs before the last "Resumed" behind it: a step's logs and the messages of the
 * upload that released the step come over two connections, so their order varies.
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
