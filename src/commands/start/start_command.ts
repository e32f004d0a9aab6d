/** `pipeline start` and `task start`: a run that holds nowhere. */
import type { Host } from "../../host.ts";
import { createRun } from "../../run/create/create_run.ts";
import { missingNote } from "../../run/create/missing_objects.ts";
import { runPlain } from "../../run/plain.ts";
import type { PipelineRun, TaskRun } from "../../tekton/model.ts";
import type { RunManifest } from "../../tekton/run_manifest.ts";
import { printCreated } from "../manifests/print_created.ts";
import { renderRunManifest } from "../manifests/render_run.ts";
import { Memory } from "../again/memory.ts";
import { openNarrator } from "../output/narrator.ts";
import { reported, type Reports } from "../output/reports.ts";
import { printData } from "../output/print_data.ts";
import type { Definition, DefinitionKind } from "./definition_kind.ts";
import { newGate } from "./gate.ts";
import { requestPlainRun, type StartOptions } from "./run_request.ts";
import { readBindings } from "./workspace_bindings.ts";

/** Returns the exit code. */
export async function runStartCommand<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  definitionKind: DefinitionKind<D, R>,
  options: StartOptions,
): Promise<number> {
  return await reported(host, options, (reports) => start(host, definitionKind, options, reports));
}

async function start<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  definitionKind: DefinitionKind<D, R>,
  options: StartOptions,
  reports: Reports,
): Promise<number> {
  const workspaces = await readBindings(host, options);
  await using memory = new Memory(host, options.typed);
  using narrator = openNarrator(host, options);
  const { suspendFor } = narrator;
  const emit = reports.listening(memory.listening(narrator.emit));
  const kube = await host.connect(options.connect);
  const requesting = { kube, workspaces, emit, suspendFor };
  const request = await requestPlainRun(host, definitionKind, options, requesting);
  memory.answered(request.answers);
  const run = definitionKind.newRun(request.newRun);
  const runManifest = request.isInline
    ? await withDefinitions(host, definitionKind, run, request)
    : { inline: () => run };
  request.checkComplete(runManifest.inline());
  if (options.dryRun !== undefined) {
    printData(host, renderRunManifest(runManifest, options.dryRun, []));
    return 0;
  }
  const { clock, random, interrupt } = host;
  const creating = { kube, clock, random, interrupt };
  // Not refused, as by tkn: the object may be created a moment later.
  const noted = request.missing.then((missing) => {
    for (const one of missing) emit({ kind: "note", text: missingNote(one, kube.namespace) });
  });
  noted.catch(() => {}); // awaited below
  if (!options.showlogs) {
    const created = await createRun(creating, runManifest);
    await Promise.all([created.owned, noted]);
    memory.created(kube.namespace);
    printCreated(host, created.run, options.print);
    return 0;
  }
  const [outcome] = await Promise.all([runPlain({ ...creating, runManifest, emit }), noted]);
  return outcome.succeeded ? 0 : 1;
}

/** Returns the run with the definitions that the cluster lacks inline. It holds nowhere. */
async function withDefinitions<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  { hold }: DefinitionKind<D, R>,
  run: R,
  { resolving, definition }: Awaited<ReturnType<typeof requestPlainRun<D, R>>>,
): Promise<RunManifest> {
  const nowhere = { tasks: [], steps: [] };
  const gate = newGate(host, 0, "");
  return (await hold(resolving, run, definition!, nowhere, { gate })).runManifest;
}
