/** The measurements as Markdown tables, and the extrapolation to more developers. Pure. */
import type { Circumstances } from "../bench/report/table.ts";
import type { AtOnce } from "./at_once.ts";
import { clusterSeconds } from "./cost.ts";
import type { Measured } from "./measure.ts";
import { type Group, GROUPS, type Seconds } from "./meter.ts";
import { kilobytes, megabytes, number, seconds, spread, table } from "./words.ts";

const DEVELOPERS = [10, 100, 1_000];
const UPLOADS_AN_HOUR = 20;
const HOURS_A_DAY = 8;
const RUN_MINUTES = 5;
/** The time between two compactions, as API servers request them. */
const HISTORY_SECONDS = 300;
/** The watches of the run and its pods, and a step's log. */
const STREAMS = 3;
/** The upload that the extrapolation uses. */
const TYPICAL = "25 MB, 2,000 files";

export function renderScale(measured: Measured, circumstances: Circumstances): string {
  const { date, machine, program, notes } = circumstances;
  return [
    `Measured by \`deno task scale\` on ${date}: ${machine}; ${program}.`,
    ...notes.map((note) => `- ${note}`),
    "### From the pause to the receipt\n\nProcessor seconds of one upload.",
    transferTable(measured),
    "### All of the run\n\nProcessor seconds from the command's start to its end.",
    wholeTable(measured),
    "Memory: what the cluster's processes grew by, and the largest of those that come with the run.",
    growthTable(measured),
    countsText(measured),
    "### At once",
    atOnceTable(measured.atOnce),
    memoryTable(measured.atOnce),
    ...errorLines(measured.atOnce),
    "### More developers",
    developersTable(measured),
  ].join("\n\n");
}

const ON_THE_WAY: readonly Group[] = [
  "kube-apiserver",
  "kubelet",
  "containerd",
  "containerd-shim",
  "the pod's programs",
];

function transferTable({ sent }: Measured): string {
  const head = ["upload", ...ON_THE_WAY, "together", "MB of tree a second of these", "took"];
  return table(
    head,
    sent.map(({ name, bytes, cost: { transfer, transferMs } }) => [
      name,
      ...ON_THE_WAY.map((group) => seconds(transfer[group])),
      seconds(clusterSeconds(transfer)),
      (bytes / 1e6 / clusterSeconds(transfer)).toFixed(0),
      `${seconds(transferMs / 1000)} s`,
    ]),
  );
}

function wholeTable({ sent, plain, idle }: Measured): string {
  const head = ["process", "idle, an hour", "a run with none", ...sent.map(({ name }) => name)];
  const rows = GROUPS.map((group) => [
    group,
    (idle[group] * 3600).toFixed(0),
    ...[plain, ...sent.map(({ cost }) => cost.whole)].map((one) => seconds(one[group])),
  ]);
  const together = [idle, plain, ...sent.map(({ cost }) => cost.whole)].map(clusterSeconds);
  const sums = together.map((one, at) => at === 0 ? (one * 3600).toFixed(0) : seconds(one));
  return table(head, [...rows, ["together, without tkn-dev", ...sums]]);
}

function growthTable({ sent }: Measured): string {
  const groups = GROUPS.filter((group) => sent.some(({ cost }) => cost.memory[group] > 1e6));
  return table(
    ["memory", ...sent.map(({ name }) => name)],
    groups.map((group) => [group, ...sent.map(({ cost }) => megabytes(cost.memory[group]))]),
  );
}

function countsText({ counts, plainStored, uploadStored }: Measured): string {
  return [
    `One upload asks for ${counts.requests} requests of the developer's own (watches among them), `,
    `${counts.execs} exec and ${counts.logs} logs. Its TaskRun is written ${counts.runWrites} times, `,
    `its pod ${counts.podWrites} times. Both are ${
      kilobytes(uploadStored.bytes)
    } of JSON in the end, `,
    `and ${kilobytes(uploadStored.writtenBytes)} were written into etcd (a run without an upload: `,
    `${kilobytes(plainStored.bytes)} and ${kilobytes(plainStored.writtenBytes)}).`,
  ].join("");
}

function atOnceTable(results: readonly AtOnce[]): string {
  const head = ["", ...results.map(({ uploads }) => `${uploads} at once`)];
  const row = (what: string, of: (one: AtOnce) => string) => [what, ...results.map(of)];
  return table(head, [
    row("uploads that failed", ({ errors }) => `${errors.length}`),
    row("answers of 429, and refused by priority and fairness", (one) => `${one.counts.tooMany}`),
    row("command to pause: median, longest", ({ heldMs }) => spread(heldMs)),
    row("pause to receipt: median, longest", ({ sentMs }) => spread(sentMs)),
    row("a GET meanwhile: median, longest", ({ getMs }) => spread(getMs)),
    row("GETs refused", ({ refusedGets }) => `${refusedGets}`),
    row("developers' requests", ({ counts }) => `${counts.requests}`),
    row(
      "of them waited for a seat, each",
      ({ counts: { waitedSeconds, requests } }) =>
        `${(waitedSeconds / requests * 1000).toFixed(1)} ms`,
    ),
    row("execs, logs", ({ counts }) => `${counts.execs}, ${counts.logs}`),
    row("streams open, half of them held", ({ streams }) => `${streams}`),
    row("first command to last end", ({ wholeMs }) => `${seconds(wholeMs / 1000)} s`),
    row(
      "processor seconds of the cluster, an upload",
      (one) => seconds(clusterSeconds(one.seconds) / one.uploads),
    ),
    row(
      "processor seconds of tkn-dev, an upload",
      (one) => seconds(one.seconds["tkn-dev"] / one.uploads),
    ),
  ]);
}

function memoryTable(results: readonly AtOnce[]): string {
  const head = ["memory", ...results.map(({ uploads }) => `${uploads} at once: before, most`)];
  const groups = results[0].memory.map(({ group }) => group);
  return table(
    head,
    groups.map((group, at) => [
      group,
      ...results.map(({ memory }) =>
        `${megabytes(memory[at].before)}, ${megabytes(memory[at].peak)}`
      ),
    ]),
  );
}

function errorLines(results: readonly AtOnce[]): string[] {
  const lines = results.flatMap(({ errors }) => errors.map((error) => error.split("\n")[0]));
  return [...new Set(lines)].map((line) => `- ${line}`);
}

function developersTable({ sent, uploadStored }: Measured): string {
  const { name, bytes, cost: { whole, transfer } } = sent.find((one) => one.name === TYPICAL) ??
    sent[0];
  const head = [`${UPLOADS_AN_HOUR} uploads an hour of ${name}`, ...DEVELOPERS.map(String)];
  const row = (what: string, of: (aSecond: number) => string) => [
    what,
    ...DEVELOPERS.map((developers) => of(developers * UPLOADS_AN_HOUR / 3600)),
  ];
  const cores = (what: string, cost: Seconds, groups: readonly Group[]) =>
    row(what, (aSecond) => number(groups.reduce((sum, one) => sum + cost[one], 0) * aSecond));
  const runs = (aSecond: number) => aSecond * RUN_MINUTES * 60;
  return table(head, [
    row("uploads a second", number),
    row("MB a second through the API servers", (aSecond) => number(bytes / 1e6 * aSecond)),
    cores("cores of API servers, the runs included", whole, ["kube-apiserver"]),
    cores("of them for the transfer", transfer, ["kube-apiserver"]),
    cores("cores of etcd", whole, ["etcd"]),
    cores("cores of Tekton's controller and webhook", whole, [
      "Tekton's controller",
      "Tekton's webhook",
    ]),
    cores("cores of nodes, all together, for the runs", whole, ON_THE_WAY.slice(1)),
    row(`runs, if each takes ${RUN_MINUTES} minutes`, (aSecond) => number(runs(aSecond))),
    row("streams open", (aSecond) => number(runs(aSecond) * STREAMS)),
    row(
      "MB of history in etcd (5 minutes)",
      (aSecond) => number(uploadStored.writtenBytes / 1e6 * aSecond * HISTORY_SECONDS),
    ),
    row(
      `MB of objects in ${HOURS_A_DAY} hours, nothing pruned`,
      (aSecond) => number(uploadStored.bytes / 1e6 * aSecond * HOURS_A_DAY * 3600),
    ),
  ]);
}
