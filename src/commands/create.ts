/** `create`: the runs of a file, made to hold where their TEP-0149 `spec.debug` says. */
import type { Call } from "../cli/parse.ts";
import { parseDuration } from "../cli/values.ts";
import { ExpectedError, UsageError } from "../errors.ts";
import { type ConnectOptions, FileError, type Host } from "../host.ts";
import type { Kube, KubeObject } from "../kube/interface.ts";
import { printable } from "../printable.ts";
import type { RunEvent } from "../events.ts";
import { holdRun } from "../resolve/resolve_held_run.ts";
import { stepPath } from "../hold/pause.ts";
import { RESOURCE_OF, type Run } from "../tekton/model.ts";
import { createRun } from "../run/create/create_run.ts";
import { readDefaultTimeout } from "../run/create/server_values.ts";
import {
  type Breakpoints,
  readBreakpoints,
  withoutBreakpoints,
} from "../tekton/breakpoint/debug_spec.ts";
import { type CheckedRun, checkedRun } from "../tekton/run_shape.ts";
import { runFromV1beta1 } from "../tekton/v1beta1.ts";
import type { HeldRun } from "../tekton/breakpoint/hold_run.ts";
import { printData } from "./print_data.ts";
import { tellNote } from "./tell_note.ts";
import { HELD_LABELS, holdChanges, newGate, resolving } from "./upload.ts";
import { connectFlags, type OutputFormat, outputFormat } from "./upload_options.ts";
import { nameOf, parseYamlDocuments, renderRun, renderRunManifest } from "./yaml.ts";

export interface Options {
  readonly connect: ConnectOptions;
  /** "-" is stdin. */
  readonly files: string[];
  readonly pauseSeconds: number;
  readonly withoutShell: boolean;
  readonly allowProbe: boolean;
  readonly dryRun: boolean;
  /** Undefined: the words of kubectl. */
  readonly format?: OutputFormat;
}

/** Pure. Throws UsageError. */
export function options({ flags }: Call): Options {
  const files = flags.texts("filename");
  if (files.length === 0) {
    throw new UsageError("Cannot create: no file is given", { hint: "tkn-dev create -f run.yaml" });
  }
  const dryRun = flags.on("dry-run");
  const format = outputFormat(flags);
  return {
    connect: connectFlags(flags),
    files,
    pauseSeconds: parseDuration(flags.text("pause-timeout")!, "pause-timeout"),
    withoutShell: flags.on("without-shell"),
    allowProbe: flags.on("allow-probe"),
    dryRun,
    format: dryRun || flags.given("output") ? format : undefined,
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  const runs: Run[] = [];
  for (const file of options.files) runs.push(...await readRuns(host, file));
  const asked = runs.map(readBreakpoints);
  const kube = await host.connect(options.connect);
  const placed = runs.map((run) => inNamespace(run, kube.namespace));
  for (const [at, run] of placed.entries()) {
    const { runManifest, held } = await lower(
      host,
      kube,
      { run, breakpoints: asked[at] },
      options,
    );
    if (options.dryRun) {
      printData(host, renderRunManifest(runManifest, options.format!, holdChanges(held)));
      continue;
    }
    const { clock, random, interrupt } = host;
    const { run: created, why, owned } = await createRun(
      { kube, clock, random, interrupt },
      runManifest,
    );
    await owned;
    if (options.format === undefined) {
      host.terminal.out(printable`${nameOf(created)} created
`);
    } else printData(host, renderRun(created, options.format, []));
    if (why !== undefined) tellNote(host, { text: `With objects that go with the run: ${why}` });
    if (held.length > 0) tellNote(host, { text: howToGoOn(created, held) });
  }
  return 0;
}

/** With the breakpoints as they are where the cluster knows them, else lowered. */
async function lower(
  host: Host,
  kube: Kube,
  { run, breakpoints }: { run: Run; breakpoints?: Breakpoints },
  { pauseSeconds, withoutShell, allowProbe }: Options,
): Promise<HeldRun<Run>> {
  if (breakpoints === undefined || await keepsBreakpoints(kube, run)) {
    return { runManifest: { inline: () => run }, held: [] };
  }
  const defaultTimeout = await readDefaultTimeout(kube);
  const gate = newGate(host, pauseSeconds, "tkn-dev create -f FILE");
  const options = { gate, withoutShell, defaultTimeout };
  const labels = { ...run.metadata.labels, ...HELD_LABELS };
  const labelled = { ...withoutBreakpoints(run), metadata: { ...run.metadata, labels } };
  const emit = (event: RunEvent) => {
    if (event.kind === "note") tellNote(host, event);
  };
  const context = resolving(host, { allowProbe }, { kube, emit });
  return await holdRun(context, labelled, breakpoints, options);
}

/** Whether the cluster's own CRD has the TEP's fields: else they are dropped, or refused. */
async function keepsBreakpoints(kube: Kube, run: Run): Promise<boolean> {
  try {
    const stored = await kube.create(RESOURCE_OF[run.kind], run, { dryRun: true });
    return readBreakpoints(stored) !== undefined;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return false; // what is wrong with the run itself is told when it is created
  }
}

async function readRuns(host: Host, file: string): Promise<Run[]> {
  const text = file === "-" ? await host.terminal.input() : await readFile(host, file);
  const runs = parseYamlDocuments(text, file).map((document) => asRun(document, file));
  if (runs.length > 0) return runs;
  throw new UsageError(`Cannot create what is in "${file}": there is nothing in it`);
}

function asRun(document: unknown, file: string): Run {
  const { apiVersion, kind = "", metadata, spec } = (document ?? {}) as Partial<KubeObject>;
  if (Object.hasOwn(RESOURCE_OF, kind) && metadata && spec) {
    const what = `Cannot create what is in "${file}"`;
    const checked = () => checkedRun(document as CheckedRun, what);
    if (apiVersion === "tekton.dev/v1") return checked() as Run;
    if (apiVersion === "tekton.dev/v1beta1") return runFromV1beta1(checked(), what);
  }
  const found = [apiVersion, kind].filter(Boolean).join(" ") || "a document";
  throw new UsageError(`Cannot create what is in "${file}": ${found} is no run`, {
    hint: "a PipelineRun or TaskRun of tekton.dev/v1 or v1beta1; kubectl creates the rest",
  });
}

async function readFile(host: Host, file: string): Promise<string> {
  const text = await host.files.readText(file).catch((error) => {
    if (!(error instanceof FileError)) throw error;
    throw new UsageError(`Cannot read "${file}": ${error.state}`, { cause: error });
  });
  if (text === undefined) throw new UsageError(`Cannot read "${file}": no such file`);
  return text;
}

function inNamespace(run: Run, namespace: string): Run {
  const own = run.metadata.namespace ?? namespace;
  if (own === namespace) return { ...run, metadata: { ...run.metadata, namespace } };
  throw new UsageError(
    `Cannot create ${run.kind} "${run.metadata.name ?? run.metadata.generateName}" in namespace ` +
      `"${namespace}": it says namespace "${own}" itself`,
    { hint: `-n ${own}` },
  );
}

function howToGoOn({ kind, metadata }: Run, held: HeldRun<Run>["held"]): string {
  const group = kind.toLowerCase();
  const places = held.map(stepPath).join(", ");
  return `It will hold at ${places}. To go on: ` +
    `tkn-dev ${group} shell|run|continue|fail-continue ${metadata.name} -n ${metadata.namespace}`;
}
