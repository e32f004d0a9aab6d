/** `create`: the runs of a file, which hold where their `spec.debug` (TEP-0149) says. */
import type { Call } from "../cli/parse.ts";
import { parseDuration, parseKeyValue } from "../cli/values.ts";
import { ExpectedError, UsageError } from "../errors.ts";
import type { ConnectOptions, Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { printable } from "../printable.ts";
import type { RunEvent } from "../events.ts";
import { HELD_LABELS } from "../objects/marks.ts";
import { holdRun } from "../resolve/resolve_held_run.ts";
import { RESOURCE_OF, type Run } from "../tekton/model.ts";
import { createRun } from "../run/create/create_run.ts";
import { missingNote, missingObjects } from "../run/create/missing_objects.ts";
import { readDefaultTimeout } from "../run/create/server_values.ts";
import { withAsked } from "../tekton/asked_run.ts";
import {
  type Breakpoints,
  readBreakpoints,
  withoutBreakpoints,
} from "../tekton/breakpoint/debug_spec.ts";
import type { HeldRun } from "../tekton/breakpoint/hold_run.ts";
import { filledRuns } from "./files/filled_runs.ts";
import { unknownNote } from "./manifests/mistyped_fields.ts";
import { readRuns } from "./manifests/read_runs.ts";
import { nameOf, renderRun, renderRunManifest } from "./manifests/render_run.ts";
import { connectFlags } from "./options/connect_flags.ts";
import { type OutputFormat, outputFormat } from "./options/output_format.ts";
import { printData } from "./output/print_data.ts";
import { printNote } from "./output/print_note.ts";
import { willHold } from "./session/how_to_continue.ts";
import { holdChanges, newGate } from "./start/gate.ts";
import { resolvingOptions } from "./start/resolving.ts";

export interface Options {
  readonly connect: ConnectOptions;
  /** "-" is stdin. */
  readonly files: string[];
  /** Values of placeholders, such as `{{ revision }}`. */
  readonly params: readonly { name: string; value: string }[];
  readonly pauseSeconds: number;
  readonly withoutShell: boolean;
  readonly allowProbe: boolean;
  readonly dryRun: boolean;
  /** Undefined: a line like those of kubectl. */
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
    params: flags.texts("param").map((text) => parseKeyValue(text, "param")),
    pauseSeconds: parseDuration(flags.text("pause-timeout")!, "pause-timeout"),
    withoutShell: flags.on("without-shell"),
    allowProbe: flags.on("allow-probe"),
    dryRun,
    format: dryRun || flags.given("output") ? format : undefined,
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  const runs: Run[] = [];
  for (const file of options.files) {
    const read = await readRuns(host, file);
    runs.push(...read.runs);
    for (const field of read.unknown) printNote(host, { text: unknownNote(field) });
  }
  const asked = runs.map(readBreakpoints);
  const kube = await host.connect(options.connect);
  const filled = await filledRuns(host, runs, options.params, kube.namespace);
  const placed = filled.map((run) => inNamespace(run, kube.namespace));
  for (const [at, run] of placed.entries()) {
    const { runManifest, held } = await lower(host, kube, { run, breakpoints: asked[at] }, options);
    if (options.dryRun) {
      printData(host, renderRunManifest(runManifest, options.format!, holdChanges(held)));
      continue;
    }
    const { clock, random, interrupt } = host;
    const creating = { kube, clock, random, interrupt };
    const [{ run: created, why, owned }, missing] = await Promise.all([
      createRun(creating, runManifest),
      missingObjects(kube, runManifest.inline()),
    ]);
    await owned;
    if (options.format === undefined) {
      host.terminal.out(printable`${nameOf(created)} created\n`);
    } else printData(host, renderRun(created, options.format, []));
    if (why !== undefined) {
      printNote(host, { text: `With temporary objects, which the run owns: ${why}` });
    }
    for (const one of missing) printNote(host, { text: missingNote(one, kube.namespace) });
    if (held.length > 0) printNote(host, { text: willHold(created, held, options.connect) });
  }
  return 0;
}

/** Lowers the breakpoints, unless the cluster knows them. */
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
  const labelled = withAsked({
    ...withoutBreakpoints(run),
    metadata: { ...run.metadata, labels },
  });
  const emit = (event: RunEvent) => {
    if (event.kind === "note") printNote(host, event);
  };
  const context = resolvingOptions(host, { allowProbe }, { kube, emit });
  return await holdRun(context, labelled, breakpoints, options);
}

/** Returns whether the cluster's CRD has the fields of the TEP: others drop or refuse them. */
async function keepsBreakpoints(kube: Kube, run: Run): Promise<boolean> {
  try {
    const stored = await kube.create(RESOURCE_OF[run.kind], run, { dryRun: true });
    return readBreakpoints(stored) !== undefined;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return false; // creating the run throws the same error, if it is about the run
  }
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
