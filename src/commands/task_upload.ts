/** `task upload`: the directory goes into a Task's workspace before its first step, or in place of one. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { holdTask } from "../resolve/resolve_held_run.ts";
import { readByName, withStepActions } from "../resolve/resolve.ts";
import { readDefaultTimeout } from "../run/create/server_values.ts";
import { checkAccess } from "../run/create/access.ts";
import { lowerTask } from "../tekton/breakpoint/lower_task.ts";
import { type Task, TASKS } from "../tekton/model.ts";
import { newTaskRun } from "../tekton/new_run.ts";
import { bindParams } from "../tekton/params.ts";
import { heldStep } from "../tekton/breakpoint/replace_steps.ts";
import { keptSteps } from "../tekton/source/replaced_steps.ts";
import { stepName } from "../tekton/target.ts";
import { checkWorkspaces } from "../tekton/workspaces.ts";
import { openNarrator } from "./narrate.ts";
import { checkHandOver, runHandedOver } from "./held_run.ts";
import { type Look, look, lookFlags } from "./look.ts";
import { intoPlace, planUpload } from "./plan_upload.ts";
import { openSource, type Source } from "./source.ts";
import { bindings, HELD_LABELS, newGate, resolving, runUpload } from "./upload.ts";
import { readParam, type UploadFlags, uploadFlags } from "./upload_options.ts";
import { watch } from "./watch.ts";

export interface Options extends UploadFlags {
  readonly task: string;
  readonly look?: Look;
}

/** Pure. Throws UsageError. */
export function options({ args, flags }: Call): Options {
  return {
    ...uploadFlags(flags, args.DIR),
    task: args.TASK!,
    look: lookFlags(flags, args.TASK, args.DIR),
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  if (options.look !== undefined) return await look(host, options, options.look);
  return options.watch === undefined
    ? await runOnce(host, options)
    : await watch(host, options, (host, source) => runOnce(host, options, source));
}

async function runOnce(host: Host, options: Options, given?: Source): Promise<number> {
  checkHandOver(host, options);
  const source = given ?? await openSource(host, options);
  const workspaces = await bindings(host, options);
  using narrator = openNarrator(host, options);
  const kube = await host.connect(options.connect);
  const { namespace } = kube;
  const [found, defaultTimeout] = await Promise.all([
    readByName<Task>(kube, TASKS, options.task),
    readDefaultTimeout(kube),
    checkAccess(kube, namespace, "TaskRun"),
  ]);
  const owner = `Task "${options.task}"`;
  const params = bindParams(owner, found.spec.params ?? [], options.params, readParam);
  checkWorkspaces(owner, found.spec.workspaces ?? [], workspaces);
  const context = resolving(host, options, { kube, emit: narrator.emit });
  const { spec, standIn, replacedWork, destination, deletes, notes } = await planUpload(
    found.spec,
    {
      owner,
      flags: options,
      workspaces: (found.spec.workspaces ?? []).map((workspace) => ({
        workspace,
        binding: workspaces.find((binding) => binding.name === workspace.name),
      })),
      params,
      withStepActions: (spec, steps) => withStepActions(context, spec, steps, params),
    },
  );
  const task = { ...found, spec };
  const { at, replaced } = standIn;
  const place = spec.steps![at];
  if (destination.scope.kind === "workspace") {
    checkMounted(owner, task, place.workspaces, destination.scope.name);
  }
  const gate = newGate(host, options.pauseSeconds, `tkn-dev task upload ${options.task}`);
  const { serviceAccount } = options;
  const asked = { namespace, params, workspaces, labels: HELD_LABELS, serviceAccount };
  if (options.handOver !== undefined) {
    const run = newTaskRun({ name: options.task, ...asked });
    const breakpoints = { tasks: [], steps: [{ step: stepName(place, at) }] };
    return await runHandedOver(host, { ...options, ...intoPlace(destination), deletes }, {
      kube,
      narrator,
      held: await holdTask(context, run, found, breakpoints, { gate, defaultTimeout }),
      source,
      standIn: replacedWork,
      notes,
    });
  }
  const image = options.image;
  const upload = { ...asked, task, standIn, destination, image, gate, defaultTimeout };
  const step = heldStep(spec, standIn);
  return await runUpload(host, { ...options, deletes }, source, {
    kube,
    emit: narrator.emit,
    runManifest: lowerTask(upload),
    held: { step },
    standIn: replacedWork,
    changes: changes(
      options.task,
      replaced.map((at) => stepName(spec.steps![at], at)),
      keptSteps(spec, standIn).length,
    ),
    notes,
  });
}

/** For --dry-run. */
function changes(task: string, replaced: readonly string[], kept: number): string[] {
  const steps = `${replaced.length === 1 ? "step" : "steps"} ${replaced.join(", ")}`;
  const others = kept === 0 ? "" : "; the other steps are as they were";
  return [
    `A run of Task ${task} with its spec inline, so that it can have a step that waits for the upload:`,
    replaced.length === 0
      ? "that one comes before the first, and every step of the Task runs as it would."
      : `that one stands in for ${steps}, whose own work is not done${others}.`,
    "Labels and annotations of the Task are copied, as Tekton does by reference. The timeout is",
    "raised by --pause-timeout, for it goes on while the run is held.",
  ];
}

/** Where any step or sidecar asks for a workspace by itself, only those that ask have it. */
function checkMounted(
  owner: string,
  { spec }: Task,
  own: { name: string }[] | undefined,
  workspace: string,
): void {
  const asks = (one: { workspaces?: unknown }) =>
    (one.workspaces as { name: string }[] | undefined)?.some(({ name }) => name === workspace);
  const isolated = [...(spec.steps ?? []), ...(spec.sidecars ?? [])].some(asks);
  if (!isolated || asks({ workspaces: own })) return;
  throw new UsageError(
    `Cannot upload into workspace "${workspace}" of ${owner}: the step does not mount it`,
    { hint: "choose a step that does with --on-step" },
  );
}
