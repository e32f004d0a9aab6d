/** Verdicts as text. */
import type { Verdict } from "./judge.ts";

export function line({ pipeline, outcome }: Verdict, verbose: boolean): string {
  const where = `${pipeline.file} ${pipeline.name}`;
  switch (outcome.kind) {
    case "accepted":
      return `ok      ${where}: ${outcome.form} of ${outcome.task} -> ${outcome.place}`;
    case "refused":
      return `refused ${where}: ${outcome.why}${
        verbose && outcome.hint ? ` (${outcome.hint})` : ""
      }`;
    case "unknown":
      return `unknown ${where}: the Task of ${outcome.task} is not here`;
    case "bug":
      return `BUG     ${where}: ${outcome.why}`;
  }
}

/** One row per repository, for its Pipelines with a clone and for all. */
export function countsTable(verdicts: readonly Verdict[]): string {
  const repositories = [...new Set(verdicts.map(({ pipeline }) => pipeline.repository))];
  const head = [
    "repository",
    "Pipelines",
    "with a clone",
    "accepted",
    "refused",
    "unknown",
    "bugs",
  ];
  const rows = [...repositories, "all"].map((repository) => {
    const own = verdicts.filter(({ pipeline }) =>
      repository === "all" || pipeline.repository === repository
    );
    const cloning = own.filter(({ clones }) => clones);
    const count = (kind: string) =>
      String(cloning.filter((one) => one.outcome.kind === kind).length);
    const bugs = own.filter(({ outcome }) => outcome.kind === "bug").length;
    return [repository, String(own.length), String(cloning.length)]
      .concat(["accepted", "refused", "unknown"].map(count), String(bugs));
  });
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
