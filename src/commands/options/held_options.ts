/** The arguments and flags of the `pipelinerun` and `taskrun` verbs: a run, and a step of it. */
import type { Call } from "../../cli/parse.ts";
import type { ConnectOptions } from "../../host.ts";
import type { RunKind } from "../../tekton/model.ts";
import { shellWord } from "../../view/text/shell_word.ts";
import { connectFlags } from "./connect_flags.ts";

/** A run as the command line names it. */
export interface NamedRun {
  readonly connect: ConnectOptions;
  readonly kind: RunKind;
  readonly run: string;
}

export interface HeldOptions extends NamedRun {
  /** "task/step", or in a TaskRun "step". */
  readonly step?: string;
}

const KINDS: Record<string, RunKind> = { pipelinerun: "PipelineRun", taskrun: "TaskRun" };

/** Pure. */
export function heldOptions({ command: { path: [group] }, args, flags }: Call): HeldOptions {
  return {
    connect: connectFlags(flags),
    kind: KINDS[group],
    run: args.RUN!,
    step: args.STEP ?? undefined,
  };
}

/**
 * Returns the command line of a verb for this run, for the user to type:
 *
 *     tkn-dev pipelinerun shell build-run-x7k2p -n ns
 */
export function commandLine({ kind, run, connect }: NamedRun, verb: string): string {
  const { namespace, context, kubeconfig, execProtocol, as, asGroups = [] } = connect;
  const flags = Object.entries({
    "-n": namespace,
    "-c": context,
    "-k": kubeconfig,
    "--exec-protocol": execProtocol,
    "--as": as,
  })
    .flatMap(([flag, value]) => value === undefined ? [] : [flag, value]);
  const groups = asGroups.flatMap((group) => ["--as-group", group]);
  const words = [run, ...flags, ...groups].map(shellWord);
  return ["tkn-dev", kind.toLowerCase(), verb, ...words].join(" ");
}
