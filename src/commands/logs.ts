/** `pipelinerun|taskrun logs`: the logs of a run so far, or until it ends. */
import type { Call } from "../cli/parse.ts";
import { isHeld } from "../hold/held_steps.ts";
import { stepPath } from "../hold/pause.ts";
import type { Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { LiveRun } from "../run/live_run.ts";
import { followRun } from "../run/follow_run.ts";
import { printLogs } from "../run/logs/print_logs.ts";
import { RESOURCE_OF, type Run } from "../tekton/model.ts";
import { commandLine, type HeldOptions, heldOptions } from "./options/held_options.ts";
import { type Narrator, openNarrator } from "./output/narrator.ts";
import { untilClosed } from "./output/until_closed.ts";

export interface Options extends HeldOptions {
  readonly follows: boolean;
  readonly color: boolean;
}

/** Pure. */
export function options(call: Call): Options {
  const { flags } = call;
  return { ...heldOptions(call), follows: flags.on("follow"), color: !flags.on("no-color") };
}

/** Returns the exit code: 0 once stdout has no reader, as in `tkn-dev pr logs RUN -f | head -1`. */
export async function run(host: Host, options: Options): Promise<number> {
  const { closed } = host.terminal;
  return await untilClosed(closed, (signal) => printOrFollow(host, options, signal));
}

async function printOrFollow(host: Host, options: Options, closed: AbortSignal): Promise<number> {
  const { kind, run: name } = options;
  using narrator = openNarrator(host, { color: options.color, showlogs: true });
  const kube = await host.connect(options.connect);
  const { namespace } = kube;
  const found = await kube.get<Run>(RESOURCE_OF[kind], namespace, name);
  if (!options.follows) {
    await printLogs(kube, { ...found, kind }, { emit: narrator.emit, signal: closed });
    return 0;
  }
  await using live = await LiveRun.attach(kube, { ...found, kind }, host.clock);
  const { clock } = host;
  const signal = AbortSignal.any([host.interrupt, closed]);
  const reporting = reportPauses(kube, live, options, narrator.emit, signal);
  reporting.catch(() => {}); // `follow` fails with the same error
  const outcome = await followRun({ kube, clock, live, emit: narrator.emit, signal });
  narrator.emit({ kind: "ended", outcome });
  return outcome.succeeded ? 0 : 1;
}

/** Notes each step that is held, with the command that opens a shell in it. */
async function reportPauses(
  kube: Kube,
  live: LiveRun,
  { kind, run, connect }: Options,
  emit: Narrator["emit"],
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0;; at++) {
    const hasEnded = () => live.phase.kind === "ended" ? null : undefined;
    const pause = await live.until(() => live.pauses.at(at) ?? hasEnded(), signal);
    if (pause === null) return;
    // The logs also contain pauses that are over.
    if (!await isHeld(kube, pause).catch(() => false) || live.phase.kind === "ended") continue;
    const hint = commandLine({ kind, run, connect }, "shell");
    emit({ kind: "note", text: `Held at ${stepPath(pause)}: ${hint}` });
  }
}
