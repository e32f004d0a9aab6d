/** Chooses the run whose logs are shown: by name, the last one, or from a list. */
import { ClusterError, UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { newestFirst } from "../../objects/object_age.ts";
import { readByName } from "../../resolve/resolve.ts";
import { LABEL, RESOURCE_OF, type Run } from "../../tekton/model.ts";
import { taskNameOf } from "../../tekton/task_name.ts";
import { type ListedRun, listedRun } from "../../view/run_list.ts";
import { askName } from "../ask/ask_missing.ts";
import { askChoice, type Conversation } from "../ask/conversation.ts";
import { type AskFlags, canAsk, converse } from "../ask/converse.ts";
import { commandLine } from "../options/held_options.ts";
import type { Narrator } from "../output/narrator.ts";
import type { RunChoice } from "./logs_flags.ts";

/** Throws UsageError with the runs there are, if one has to be chosen and there is no terminal. */
export async function chooseRun(
  host: Host,
  kube: Kube,
  narrator: Narrator,
  given: RunChoice & AskFlags,
): Promise<Stored<Run>> {
  const choice = { ...given, of: await nameOf(host, kube, narrator, given) };
  const { kind, run: name, last, limit } = choice;
  const { namespace } = kube;
  const resource = RESOURCE_OF[kind];
  if (name !== undefined) {
    return { ...await readByName<Run>(kube, resource, name), kind } as Stored<Run>;
  }
  const found = (await kube.list<Run>(resource, { namespace, labels: labelsOf(choice) }))
    .filter((run) => isOf(run, choice)).toSorted(newestFirst).slice(0, limit)
    .map((run) => ({ ...run, kind }) as Stored<Run>);
  const [newest] = found;
  if (newest === undefined) throw noRuns(choice, namespace);
  if (last || found.length === 1) return newest;
  const listed = found.map((run) => listedRun(run, host.clock.now()));
  const at = canAsk(host, choice)
    ? await narrator.suspendFor(() => converse(host, choice, question(listed)))
    : undefined;
  if (at !== undefined) return found[at];
  const logs = commandLine({ ...choice, run: newest.metadata.name }, "logs");
  throw new UsageError(
    `Cannot show the logs of a ${kind}: RUN is missing, and there is no terminal to choose it on`,
    { hint: [`${logs}, or --last; the runs are:`, ...listed.map(listedText)].join("\n") },
  );
}

/** Throws before anything is asked of the cluster if the name is missing and can't be asked for. */
export function checkNamed(host: Host, { unnamed, noInput }: RunChoice & AskFlags): void {
  if (unnamed !== undefined && !canAsk(host, { noInput })) throw unnamed;
}

/** Asks for the name of the Pipeline or Task if it is missing. */
async function nameOf(
  host: Host,
  kube: Kube,
  { suspendFor }: Narrator,
  { kind, of, unnamed, ...flags }: RunChoice & AskFlags,
): Promise<string | undefined> {
  if (unnamed === undefined) return of;
  const owner = kind === "PipelineRun"
    ? { kind: "Pipeline", noun: "pipeline" } as const
    : { kind: "Task", noun: "task" } as const;
  const asking = { kube, flags, suspendFor, ready: Promise.resolve() };
  const needed = { ...owner, refusal: unnamed, otherwise: "nothing was chosen" };
  const [name] = await askName(host, asking, needed);
  return name;
}

/** tkn-dev's own runs of a Task have the Task's name in a label that the selector can't ask for. */
function labelsOf({ kind, of }: RunChoice): string {
  return of === undefined || kind === "TaskRun" ? "" : `${LABEL.pipeline}=${of}`;
}

function isOf({ metadata: { labels } }: Run, { kind, of }: RunChoice): boolean {
  return of === undefined || kind === "PipelineRun" || taskNameOf(labels) === of;
}

function listedText(run: ListedRun): string {
  return `${run.name}, ${statusText(run)}`;
}

function statusText({ status, age }: ListedRun): string {
  return `${status}, started ${age} ago`;
}

function noRuns({ kind, of }: RunChoice, namespace: string): ClusterError {
  const owner = kind === "PipelineRun" ? "Pipeline" : "Task";
  const what = of === undefined ? `no ${kind}` : `no ${kind} of ${owner} "${of}"`;
  return new ClusterError(`Cannot show logs: ${what} in namespace "${namespace}"`, {
    hint: `kubectl get ${kind.toLowerCase()}s -A`,
  });
}

function* question(runs: readonly ListedRun[]): Conversation<number> {
  const rows = runs.map((run) => ({ text: run.name, about: statusText(run) }));
  return yield* askChoice({ what: "Run", rows });
}
