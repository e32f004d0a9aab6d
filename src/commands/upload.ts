/** What `pipeline upload` and `task upload` share at run time. */
import { UsageError } from "../errors.ts";
import { FileError, type Files, type Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import type { RunEvent } from "../events.ts";
import { printable } from "../printable.ts";
import { stepPath } from "../hold/pause.ts";
import type { Resolving } from "../resolve/resolve.ts";
import { upload } from "../run/upload.ts";
import { GATE_ENV } from "../step/copies.ts";
import { waiting } from "../step/entrypoint.ts";
import { GATE_DIRECTORY, gateArguments, gateScript, OF_STEP } from "../step/scripts.ts";
import type { Gate } from "../tekton/breakpoint/gate_step.ts";
import type { HeldStep } from "../tekton/breakpoint/hold_run.ts";
import type { ResultSpec, WorkspaceBinding } from "../tekton/model.ts";
import type { RunManifest } from "../tekton/run_manifest.ts";
import { standInResults, whyTooLarge } from "../tekton/results.ts";
import type { Receipt } from "../tree/archive/checksum_list.ts";
import type { GitFacts } from "../tree/git/git_facts.ts";
import { splitTree } from "../transfer/prepack/split_tree.ts";
import { PrepackedArchive, type PrepackedTree } from "../transfer/prepack/prepacked_archive.ts";
import { sizeOf } from "../tree/sizes.ts";
import type { Narrator } from "./narrate.ts";
import { printData } from "./print_data.ts";
import { sendable, type Source } from "./source.ts";
import { parseDocuments, parseYaml, renderRunManifest } from "./yaml.ts";
import type { RunFlags, UploadFlags } from "./upload_options.ts";

/**
 * A held run that nobody comes to ends by itself after that long, whatever became of us; a copy of it at once, with the
 * words that start another.
 */
export function newGate(host: Pick<Host, "random">, pauseSeconds: number, again: string): Gate {
  return {
    script: (options) => gateScript({ ...options, again }),
    directory: GATE_DIRECTORY,
    volume: `tkn-dev-${host.random(6)}`,
    args: ({ path, directory }, own) =>
      gateArguments({
        watchdogSeconds: pauseSeconds,
        workspacePath: path,
        directory: directory === "." ? "" : directory,
        own,
      }),
    env: GATE_ENV,
    waiting,
    pauseSeconds,
  };
}

export { HELD_LABELS } from "../objects/own.ts";

const OWN_ANNOTATION = "tkn-dev/upload";

/** What was uploaded, for those who find the run later: its digest is that of the list of all files. */
export function annotations({ files, bytes, digest }: Receipt, facts: GitFacts | undefined) {
  const { commit, dirty } = facts ?? {};
  return { [OWN_ANNOTATION]: JSON.stringify({ files, bytes, digest, commit, dirty }) };
}

/** Bindings with their volumeClaimTemplateFile read. */
export async function bindings(host: Host, flags: RunFlags): Promise<WorkspaceBinding[]> {
  return await Promise.all(
    flags.workspaces.map(async ({ volumeClaimTemplateFile: path, ...bound }) =>
      path === undefined
        ? bound
        : { ...bound, volumeClaimTemplate: await readClaimTemplate(host.files, path) }
    ),
  );
}

async function readClaimTemplate(files: Files, path: string): Promise<Record<string, unknown>> {
  const refuse = (why: string, cause?: unknown) =>
    new UsageError(`Cannot read volumeClaimTemplateFile "${path}": ${why}`, {
      hint: "a YAML file with the spec of a PersistentVolumeClaim",
      cause,
    });
  const text = await files.readText(path).catch((error) => {
    throw error instanceof FileError ? refuse(error.state, error) : error;
  });
  if (text === undefined) throw refuse("no such file");
  const template = parseYaml(text, path);
  if (typeof template === "object" && template !== null && "spec" in template) {
    return template as Record<string, unknown>;
  }
  throw refuse("it is no PersistentVolumeClaim: it has no spec");
}

/** How the command follows references. */
export function resolving(
  { clock, random, interrupt }: Host,
  { allowProbe }: Pick<RunFlags, "allowProbe">,
  { kube, emit }: Pick<Resolving, "kube" | "emit">,
): Resolving {
  return { kube, clock, random, interrupt, emit, allowProbe, parse: parseDocuments };
}

/** For --dry-run of a run that holds. */
export function holdChanges(held: readonly HeldStep[]): string[] {
  if (held.length === 0) return [];
  return [
    `Holds at ${held.map(stepPath).join(", ")}, for no release of Tekton has its spec.debug yet:`,
    "what it refers to is inline, so that those steps can wait before they do their work, with its",
    "meaning kept. Retries of held tasks are dropped, timeouts raised by --pause-timeout.",
  ];
}

export interface ReplacedWork {
  readonly owner: string;
  /** Of its Task. */
  readonly results: readonly ResultSpec[];
  /** Of the step itself, for steps after it. */
  readonly stepResults: readonly ResultSpec[];
}

export interface Lowered {
  readonly kube: Kube;
  readonly runManifest: RunManifest;
  readonly held: { task?: string; step: string };
  /** The Pipeline's task of which no step is run. */
  readonly uploaded?: string;
  /** Whose work is stood in for, and its name in messages; undefined: nobody's. */
  readonly standIn?: ReplacedWork;
  readonly notes: string[];
  /** What was changed for the upload, and why: a sentence each. */
  readonly changes: string[];
}

/** Runs what was lowered; the exit code. */
export async function runUpload(
  host: Host,
  flags: UploadFlags,
  source: Source,
  lowered: Lowered & Pick<Narrator, "emit">,
): Promise<number> {
  const { emit } = lowered;
  if (flags.dryRun !== undefined) {
    printData(host, renderRunManifest(lowered.runManifest, flags.dryRun, lowered.changes));
    return 0;
  }
  for (const text of lowered.notes) emit({ kind: "note", text });
  const results = await resultFiles(flags, source, lowered, emit);
  const facts = await source.git;
  const over = new AbortController();
  const { name, outcome } = await upload({
    ...lowered,
    annotations: (receipt) => annotations(receipt, facts),
    clock: host.clock,
    files: source.files,
    random: host.random,
    root: source.root,
    digests: source.digests,
    spares: source.checkout.notCheckedOut,
    entries: sendable(source, emit),
    prepare: () => prepare(host, { flags, source, over: over.signal }),
    program: flags.program,
    compress: flags.compress,
    deletes: flags.deletes,
    results,
    showlogs: flags.showlogs,
    pauseSeconds: flags.pauseSeconds,
    interrupt: host.interrupt,
  }).finally(() => over.abort());
  if (outcome === undefined) {
    host.terminal.out(printable`${name}\n`);
    return 0;
  }
  return outcome.succeeded ? 0 : 1;
}

/** Of more than that most would still have to be packed, and compressed, while it is sent. */
const PREPARED_BYTES = 250e6;

/** What is done with the tree while the run starts. A volume that outlives runs may have most of it: then its digests. */
async function prepare(
  { clock, interrupt }: Host,
  { flags, source, over }: { flags: UploadFlags; source: Source; over: AbortSignal },
): Promise<PrepackedTree | undefined> {
  const entries = await source.entries;
  const signal = AbortSignal.any([interrupt, over]);
  if (flags.workspaces.some((bound) => bound.persistentVolumeClaim !== undefined)) {
    source.digests.ahead(entries, signal).catch(() => {}); // whoever asks for one is told
    return undefined;
  }
  if (flags.program.length > 1 || sizeOf(entries) > PREPARED_BYTES) return undefined;
  const compressed = { auto: undefined, always: true, never: false }[flags.compress];
  const nowSeconds = Math.floor(clock.now() / 1000);
  const { files, root } = source;
  const options = { files, root, nowSeconds, compressed, signal };
  const lanes = splitTree(entries);
  return lanes === undefined
    ? { first: new PrepackedArchive({ ...options, entries }), shared: [] }
    : {
      first: new PrepackedArchive({ ...options, entries: lanes.first }),
      second: new PrepackedArchive({ ...options, entries: lanes.second }),
      shared: lanes.shared,
    };
}

export async function resultFiles(
  flags: Pick<UploadFlags, "results">,
  source: Source,
  { standIn }: Pick<Lowered, "standIn">,
  emit: (event: RunEvent) => void,
) {
  if (standIn === undefined) {
    if (flags.results.length === 0) return {};
    throw new UsageError(
      `Cannot set result "${flags.results[0].name}": every step runs by itself`,
      {
        hint: "name the step that the upload stands in for with --on-step",
      },
    );
  }
  const known = await source.git ?? {};
  const { owner, results, stepResults } = standIn;
  const declared = new Map([...stepResults, ...results].map((result) => [result.name, result]));
  const { values, empty } = standInResults(owner, [...declared.values()], flags.results, known);
  if (empty.length > 0) {
    const text = empty.length === 1
      ? `Result ${empty[0]} of ${standIn.owner} is given empty`
      : `Results ${empty.join(", ")} of ${standIn.owner} are given empty`;
    emit({ kind: "note", text: `${text}; --result NAME=VALUE sets one` });
  }
  const tooLarge = whyTooLarge(standIn.owner, values);
  if (tooLarge !== undefined) emit({ kind: "note", text: tooLarge });
  return Object.fromEntries([
    ...results.map(({ name }) => [name, values[name]]),
    ...stepResults.map(({ name }) => [`${OF_STEP}${name}`, values[name]]),
  ]);
}
