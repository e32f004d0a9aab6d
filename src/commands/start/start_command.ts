/** `pipeline start` and `task start`: a run that holds nowhere. */
import type { Host } from "../../host.ts";
import { createRun } from "../../run/create/create_run.ts";
import { runPlain } from "../../run/plain.ts";
import type { PipelineRun, TaskRun } from "../../tekton/model.ts";
import { printCreated } from "../manifests/print_created.ts";
import { renderRun } from "../manifests/render_run.ts";
import { openNarrator } from "../output/narrator.ts";
import { printData } from "../output/print_data.ts";
import type { Definition, DefinitionKind } from "./definition_kind.ts";
import { requestPlainRun, type StartOptions } from "./run_request.ts";
import { readBindings } from "./workspace_bindings.ts";

/** Returns the exit code. */
export async function runStartCommand<D extends Definition, R extends PipelineRun | TaskRun>(
  host: Host,
  definitionKind: DefinitionKind<D, R>,
  options: StartOptions,
): Promise<number> {
  const workspaces = await readBindings(host, options);
  using narrator = openNarrator(host, options);
  const { emit } = narrator;
  const kube = await host.connect(options.connect);
  const asked = await requestPlainRun(host, definitionKind, options, { kube, workspaces, emit });
  const run = definitionKind.newRun(asked);
  if (options.dryRun !== undefined) {
    printData(host, renderRun(run, options.dryRun, []));
    return 0;
  }
  const { clock, random, interrupt } = host;
  const creating = { kube, clock, random, interrupt };
  const runManifest = { inline: () => run };
  if (!options.showlogs) {
    printCreated(host, (await createRun(creating, runManifest)).run, options.print);
    return 0;
  }
  const outcome = await runPlain({ ...creating, runManifest, emit });
  await narrator.writeReport();
  return outcome.succeeded ? 0 : 1;
}
