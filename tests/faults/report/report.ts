/** The observations as lines and as a page. Pure. */
import { type Cell, COUNTS } from "./judge.ts";

export interface Circumstances {
  readonly date: string;
  readonly seconds: number;
  /** The versions of Kubernetes and Tekton. */
  readonly cluster: string;
  readonly program: string;
}

export function line({ name, profile, seen, problems }: Cell): string {
  const said = [
    `${problems.length === 0 ? "ok" : "FAILED"} ${name} (${profile.name}):`,
    `${seen.state},`,
    `exit ${seen.code} after ${seen.seconds.toFixed(1)} s`,
    ...problems.map(({ text }) => `-- ${text}`),
  ];
  return said.join(" ");
}

export function page(cells: readonly Cell[], circumstances: Circumstances): string {
  const { date, seconds, cluster, program } = circumstances;
  return `# What happens when something goes wrong

Written by \`deno task test:faults\` on ${date}: ${cells.length} injections in ${
    Math.round(seconds / 60)
  } minutes, on ${cluster}; ${program}.

An injection is one fault in one phase of one upload on a real cluster. A proxy between tkn-dev and
the API server reads their requests and the frames of execs, by websockets or SPDY, and strikes in
the phase. The run's own next step reports whether the run continued and with which tree: it
sends the digest of the tree it sees to the test. A held step gives up after 20 s.

- **released incomplete**: a step ran on a tree that is not the one sent
- **left over**: a run still pending, running or held, or created twice; a pod that still runs; a
  temporary Task or Pipeline; a claim. The test waits until none is left, at most for the start of a
  pod, the pause and 30 s. Objects that \`tkn-dev cleanup\` then removes are not left over, but are in
  the table
- **no end**: the client did not end within the time that the fault allows (10 to 240 s)
- **exit code**: not one that the reference documents for it, or not the result of the run
- **exit 70**: a bug in tkn-dev
- **log lines**: exit code 0, but a line of the log was lost or came twice
- **not injected**: the phase did not occur; the injection proves nothing

## By fault

${summary(cells, "Fault", ({ fault }) => fault.name)}

## By phase

${summary(cells, "Phase", ({ phase }) => phase.name)}

## Each injection

"Seconds" are those from the strike to the end of the client; where the fault ends the client, to
the end of the run.

${every(cells)}
`;
}

function summary(cells: readonly Cell[], title: string, keyOf: (cell: Cell) => string): string {
  const groups = Map.groupBy(cells, keyOf);
  const rows = [...groups].map(([name, group]) => [
    name,
    ...figures(group),
  ]);
  return table([title, "injected", "recovered", "slowest", ...COUNTS], [
    ...rows,
    ["**all**", ...figures(cells)],
  ]);
}

function figures(cells: readonly Cell[]): string[] {
  const slowest = Math.max(...cells.map(({ seen }) => seen.seconds));
  return [
    `${cells.filter(({ seen }) => seen.injected).length}`,
    `${cells.filter(({ seen }) => seen.code === 0).length}`,
    `${slowest.toFixed(0)} s`,
    ...COUNTS.map((count) =>
      `${cells.filter(({ problems }) => problems.some((one) => one.count === count)).length}`
    ),
  ];
}

function every(cells: readonly Cell[]): string {
  const rows = cells.map(({ fault, phase, profile, seen, problems }) => [
    fault.name,
    phase.name,
    profile.name,
    seen.state,
    seen.wrongTree === undefined ? "" : seen.wrongTree === "" ? "yes" : "**no**",
    `${seen.code}`,
    seen.seconds.toFixed(1),
    `${seen.leftOvers.length}${seen.cleaned > 0 ? `, ${seen.cleaned} cleaned up` : ""}`,
    problems.map(({ text }) => shortened(text)).join("; "),
  ]);
  const titles = ["Fault", "Phase", "Upload", "Step", "Tree whole", "Exit code", "Seconds"];
  return table([...titles, "Left over", "Wrong"], rows);
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, titles.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.map(escaped).join(" | ")} |`).join("\n");
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function escaped(cell: string): string {
  return cell.replace(/[|<>]/g, "\\$&").replaceAll("\n", " ");
}
