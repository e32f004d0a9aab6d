/** Chooses the run whose logs are shown: by name, the last one, or from a list. */
import { ClusterError, Interrupted, UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Kube, Stored } from "../../kube/interface.ts";
import { newestFirst } from "../../objects/object_age.ts";
import { readByName } from "../../resolve/resolve.ts";
import { LABEL, RESOURCE_OF, type Run } from "../../tekton/model.ts";
import { taskNameOf } from "../../tekton/task_name.ts";
import { chosenRun, type ListedRun, listedRun, renderRunList } from "../../view/run_list.ts";
import { commandLine } from "../options/held_options.ts";
import type { Narrator } from "../output/narrator.ts";
import type { RunChoice } from "./logs_flags.ts";

/** Throws UsageError with the runs there are, if one has to be chosen and there is no terminal. */
export async function chooseRun(
  host: Host,
  kube: Kube,
  narrator: Narrator,
  choice: RunChoice,
): Promise<Stored<Run>> {
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
  const { stdin, stderr } = host.terminal.isTerminal;
  if (stdin && stderr) return found[await narrator.suspendFor(() => askRun(host, listed))];
  const logs = commandLine({ ...choice, run: newest.metadata.name }, "logs");
  throw new UsageError(
    `Cannot show the logs of a ${kind}: RUN is missing, and there is no terminal to choose it on`,
    { hint: [`${logs}, or --last; the runs are:`, ...listed.map(listedText)].join("\n") },
  );
}

/** tkn-dev's own runs of a Task have the Task's name in a label that the selector can't ask for. */
function labelsOf({ kind, of }: RunChoice): string {
  return of === undefined || kind === "TaskRun" ? "" : `${LABEL.pipeline}=${of}`;
}

function isOf({ metadata: { labels } }: Run, { kind, of }: RunChoice): boolean {
  return of === undefined || kind === "PipelineRun" || taskNameOf(labels) === of;
}

function listedText({ name, status, age }: ListedRun): string {
  return `${name}, ${status}, started ${age} ago`;
}

function noRuns({ kind, of }: RunChoice, namespace: string): ClusterError {
  const owner = kind === "PipelineRun" ? "Pipeline" : "Task";
  const what = of === undefined ? `no ${kind}` : `no ${kind} of ${owner} "${of}"`;
  return new ClusterError(`Cannot show logs: ${what} in namespace "${namespace}"`, {
    hint: `kubectl get ${kind.toLowerCase()}s -A`,
  });
}

/** Shows the list and reads lines until one chooses a run; returns its place in the list. */
async function askRun(
  { terminal, interrupt }: Host,
  runs: readonly ListedRun[],
): Promise<number> {
  terminal.err(renderRunList(runs));
  const reader = terminal.bytes().getReader();
  const decoder = new TextDecoder();
  const stop = () => void reader.cancel().catch(() => {});
  interrupt.addEventListener("abort", stop);
  try {
    for (let typed = "";;) {
      const end = typed.indexOf("\n");
      if (end >= 0) {
        const { at, question } = chosenRun(runs, typed.slice(0, end));
        if (at !== undefined) return at;
        terminal.err(question);
        typed = typed.slice(end + 1);
        continue;
      }
      const { done, value } = await reader.read();
      interrupt.throwIfAborted();
      if (done) throw new Interrupted("Interrupted: no run was chosen");
      typed += decoder.decode(value, { stream: true });
    }
  } finally {
    interrupt.removeEventListener("abort", stop);
    stop();
  }
}
