/** The runs of a repository's .tekton directory, for a user who names none. */
import { ExpectedError, UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { pacEvents } from "../../tekton/pac/annotations.ts";
import { checkoutFacts } from "../../tree/git/checkout_facts.ts";
import { shellWord } from "../../view/text/shell_word.ts";
import { askChoice, type Conversation } from "../ask/conversation.ts";
import { type AskFlags, canAsk, converse } from "../ask/converse.ts";
import { manifestsIn } from "../manifests/manifest_texts.ts";
import { type LocalRun, objectsOf } from "../manifests/read_objects.ts";
import { printNote } from "../output/print_note.ts";
import { flagsOf, shortName } from "./choose_run.ts";

export interface TektonRun extends LocalRun {
  /** Whether the user was asked. */
  readonly isAsked: boolean;
}

/** Returns the run that the user chooses, or the only one. Throws UsageError that lists them. */
export async function chooseTektonRun(
  host: Host,
  directory: string,
  flags: AskFlags,
): Promise<TektonRun> {
  const place = await tektonDirectory(host, directory);
  const runs = await runsIn(host, place);
  if (runs.length === 0) {
    throw new UsageError(`Cannot choose what to run on "${directory}": no run in ${place}`, {
      hint: "tkn-dev pipeline upload PIPELINE [DIR], or tkn-dev pipelinerun upload -f FILE [DIR]",
    });
  }
  if (runs.length === 1) return { ...runs[0], isAsked: false };
  const at = canAsk(host, flags) ? await converse(host, flags, question(runs)) : undefined;
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

function* question(runs: readonly LocalRun[]): Conversation<number> {
  const rows = runs.map(({ run, from }) => ({
    text: shortName(run),
    about: [pacEvents(run.metadata).join(", ") || run.kind, from].join("  "),
  }));
  return yield* askChoice({ what: "Run", rows });
}
