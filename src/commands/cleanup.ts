/** `cleanup`: removes what killed or interrupted runs of this program left on a cluster. */
import type { Call } from "../cli/parse.ts";
import { parseDuration } from "../cli/values.ts";
import { ExpectedError } from "../errors.ts";
import type { ConnectOptions, Host } from "../host.ts";
import { findLeftovers, type Leftover, removeLeftover } from "../cleanup/leftovers.ts";
import { readServerTime } from "../run/create/server_values.ts";
import { printable } from "../printable.ts";
import { connectFlags } from "./options/connect_flags.ts";
import { printError } from "./output/print_error.ts";
import { printNote } from "./output/print_note.ts";

export interface Options {
  readonly connect: ConnectOptions;
  readonly allNamespaces: boolean;
  readonly dryRun: boolean;
  /** Undefined: each object's own time counts. */
  readonly olderThanSeconds?: number;
  readonly color: boolean;
}

/** Pure. Throws UsageError. */
export function options({ flags }: Call): Options {
  const olderThan = flags.text("older-than");
  return {
    connect: connectFlags(flags),
    allNamespaces: flags.on("all-namespaces"),
    dryRun: flags.on("dry-run"),
    olderThanSeconds: olderThan === undefined ? undefined : parseDuration(olderThan, "older-than"),
    color: !flags.on("no-color"),
  };
}

export async function run(host: Host, options: Options): Promise<number> {
  const { terminal, interrupt } = host;
  const kube = await host.connect(options.connect);
  const nowMs = await readServerTime(kube) ?? host.clock.now();
  const namespace = options.allNamespaces ? "" : kube.namespace;
  const { left, kept } = await findLeftovers(kube, { namespace, nowMs });
  const leastMs = (options.olderThanSeconds ?? 0) * 1000;
  const old = left.filter(({ createdMs }) => nowMs - createdMs >= leastMs);
  let exitCode = 0;
  for (const one of old) {
    interrupt.throwIfAborted();
    try {
      if (!options.dryRun) await removeLeftover(kube, one);
      terminal.out(printable`${wordsOf(one, options)}\n`);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      printError(host, error, options.color);
      exitCode = error.exitCode;
    }
  }
  if (old.length === 0) terminal.err(printable`Nothing to clean up in ${placeOf(namespace)}.\n`);
  const rest = [...kept, ...left.filter((one) => !old.includes(one))];
  if (rest.length > 0) {
    printNote(host, { text: `Kept, because in use or not old enough: ${listed(rest)}` });
  }
  return exitCode;
}

/** Returns a line like those of kubectl: `pipelinerun.tekton.dev/build deleted`. */
function wordsOf(one: Leftover, { allNamespaces, dryRun }: Options): string {
  const where = allNamespaces ? ` in ${placeOf(one.namespace)}` : "";
  return `${nameOf(one)} ${one.ends}${where}${dryRun ? " (dry run)" : ""}`;
}

function nameOf({ resource: { kind, group }, name }: Leftover): string {
  return `${kind.toLowerCase()}${group && `.${group}`}/${name}`;
}

function placeOf(namespace: string): string {
  return namespace === "" ? "any namespace" : `namespace ${namespace}`;
}

const MOST_NAMES = 10;

function listed(all: readonly Leftover[]): string {
  const names = all.slice(0, MOST_NAMES).map(nameOf);
  if (all.length > MOST_NAMES) names.push(`${all.length - MOST_NAMES} more`);
  return names.join(", ");
}
