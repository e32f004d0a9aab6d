/** Runs a command of a document, and compares what it prints with what the document shows. */

export interface RanCommand {
  readonly code: number;
  /** All of stdout, then all of stderr. */
  readonly output: string;
}

export async function runCommand(
  command: string,
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<RanCommand> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", command],
    cwd,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** The shown lines that the output does not have, apart from what differs between runs. */
export function missingLines(shown: readonly string[], output: string): string[] {
  const printed = new Set(output.split("\n").map(same));
  return shown.filter((line) => line.trim() !== "" && line !== "..." && !printed.has(same(line)));
}

/** Parts of a line that differ between two runs of one command. */
const VARIES: readonly [RegExp, string][] = [
  [/-run-[a-z0-9]{5}\b/g, "-run-NAME"],
  [/\b(?:\d+m)?\d+(?:\.\d+)? ?(?:ms|s)\b/g, "TIME"],
  [/ \([\d.]+ [kMG]?B\/s\)/g, ""],
  [/\b[0-9a-f]{40}\b/g, "COMMIT"],
  [/\(claim pvc-[0-9a-f]+\)/g, "(claim NAME)"],
  [/ +/g, " "],
];

function same(line: string): string {
  return VARIES.reduce((text, [from, to]) => text.replaceAll(from, to), line).trim();
}
