/** The runs of a repository's .tekton directory, for a user who names none. */
import { ExpectedError, Interrupted, UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { printable } from "../../printable.ts";
import { pacEvents } from "../../tekton/pac/annotations.ts";
import { checkoutFacts } from "../../tree/git/checkout_facts.ts";
import { Choice } from "../../view/choice.ts";
import { shellWord } from "../../view/text/shell_word.ts";
import { manifestsIn } from "../manifests/manifest_texts.ts";
import { type LocalRun, objectsOf } from "../manifests/read_objects.ts";
import { printNote } from "../output/print_note.ts";
import { flagsOf, shortName } from "./choose_run.ts";

/** A user who leaves the question alone gets the error that lists the runs. */
const ANSWER_MS = 300_000;

export interface TektonRun extends LocalRun {
  /** Whether the user was asked. */
  readonly isAsked: boolean;
}

/** Returns the run that the user chooses, or the only one. Throws UsageError that lists them. */
export async function chooseTektonRun(host: Host, directory: string): Promise<TektonRun> {
  const place = await tektonDirectory(host, directory);
  const runs = await runsIn(host, place);
  if (runs.length === 0) {
    throw new UsageError(`Cannot choose what to run on "${directory}": no run in ${place}`, {
      hint: "tkn-dev pipeline upload PIPELINE [DIR], or tkn-dev pipelinerun upload -f FILE [DIR]",
    });
  }
  if (runs.length === 1) return { ...runs[0], isAsked: false };
  const { stdin, stderr } = host.terminal.isTerminal;
  const at = stdin && stderr ? await ask(host, runs) : undefined;
  if (at !== undefined) return { ...runs[at], isAsked: true };
  const lines = runs.map(({ run, from }) =>
    `tkn-dev ${run.kind.toLowerCase()} upload ${flagsOf([from])}` +
    `${isAlone(runs, from) ? "" : ` ${shortName(run)}`} ${shellWord(directory)}`
  );
  throw new UsageError(`Cannot choose what to run on "${directory}": ${place} has several runs`, {
    hint: `one of: ${lines.join("; ")}`,
  });
}

/** Returns .tekton in the directory, or else in the root of its repository. */
async function tektonDirectory(host: Host, directory: string): Promise<string> {
  const isDirectory = async (path: string) =>
    (await host.files.stat(path).catch(() => undefined))?.kind === "directory";
  const own = directory === "." ? ".tekton" : `${directory.replace(/\/+$/, "")}/.tekton`;
  if (await isDirectory(own)) return own;
  const { root } = await checkoutFacts(host.capture, directory);
  if (root !== undefined && await isDirectory(`${root}/.tekton`)) return `${root}/.tekton`;
  throw new UsageError(`Cannot choose what to run on "${directory}": it has no .tekton`, {
    hint: "tkn-dev pipeline upload PIPELINE [DIR], or tkn-dev pipelinerun upload -f FILE [DIR]",
  });
}

/** Notes each file that cannot be read, if others have runs. */
async function runsIn(host: Host, place: string): Promise<LocalRun[]> {
  const errors: ExpectedError[] = [];
  const runs = (await manifestsIn(host, place)).flatMap((text) => {
    try {
      return objectsOf(text).runs;
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      errors.push(error);
      return [];
    }
  });
  if (runs.length === 0 && errors.length > 0) throw errors[0];
  for (const { message } of errors) printNote(host, { text: message });
  return runs;
}

function isAlone(runs: readonly LocalRun[], from: string): boolean {
  return runs.filter((one) => one.from === from).length === 1;
}

/** Returns the index, or undefined without an answer in time. Throws Interrupted for Ctrl-C. */
async function ask(host: Host, runs: readonly LocalRun[]): Promise<number | undefined> {
  const { terminal, clock, interrupt } = host;
  const rows = runs.map(({ run, from }, at) => [
    `${at + 1}`,
    pacEvents(run.metadata).join(", ") || run.kind,
    shortName(run),
    from,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    terminal.err(printable`  ${cells.join("  ")}\n`);
  }
  const choice = new Choice(rows.length);
  terminal.err(choice.question());
  await using raw = terminal.raw();
  const reader = raw.keys.getReader();
  const over = new AbortController();
  const signal = AbortSignal.any([interrupt, over.signal]);
  const late = clock.delay(ANSWER_MS, signal).then(() => undefined, () => undefined);
  try {
    for (;;) {
      const read = await Promise.race([reader.read(), late]);
      interrupt.throwIfAborted();
      if (read === undefined || read.done) {
        terminal.err(printable`\n`);
        return undefined;
      }
      const { text, answer } = choice.onKeys(read.value);
      terminal.err(text);
      if (answer === "cancel") throw new Interrupted("Interrupted");
      if (answer !== undefined) return answer;
    }
  } finally {
    over.abort();
    reader.cancel().catch(() => {});
  }
}
