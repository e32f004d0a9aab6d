/** `pipelinerun|taskrun run --watch`: watches at a step of a run that holds already. */
import type { Call } from "../../cli/parse.ts";
import { Interrupted, UsageError } from "../../errors.ts";
import { stepPath } from "../../hold/pause.ts";
import type { Host } from "../../host.ts";
import { printable } from "../../printable.ts";
import { cancelRun } from "../../run/cancel_run.ts";
import { chooseHeld, findHeld, type FoundRun, isCalled } from "../held/find_step.ts";
import { commandLine, type HeldOptions } from "../options/held_options.ts";
import { type SendFlags, sendFlags } from "../options/send_flags.ts";
import { type TurnFlags, turnFlags } from "../options/turn_flags.ts";
import { checkPatchFile } from "../session/local_console.ts";
import { checkWatch } from "./check_watch.ts";
import { type WatchEnd, watchStep } from "./watched_step.ts";

export interface WatchFlags extends SendFlags {
  readonly turns: TurnFlags;
  /** Whether the command line has a DIR. */
  readonly hasDirectory: boolean;
  readonly debugImage?: string;
}

export interface WatchOptions extends HeldOptions {
  readonly patchFile?: string;
  readonly color: boolean;
}

/** Pure. Returns undefined without --watch. Throws UsageError. */
export function watchFlags({ args, flags, command }: Call): WatchFlags | undefined {
  const turns = turnFlags(flags);
  if (turns === undefined) {
    const own = ["namespace", "context", "kubeconfig", "exec-protocol", "as", "as-group"];
    const kept = new Set([...own, "edit", "patch", "original", "continue", "no-color", "verbose"]);
    const other = command.flags.find(({ name }) => flags.given(name) && !kept.has(name));
    const unused = other === undefined ? args.DIR : `--${other.name}`;
    if (unused === undefined) return undefined;
    throw new UsageError(`Cannot use ${unused} without --watch: nothing is sent`, {
      hint: "add --watch",
    });
  }
  return {
    ...sendFlags(flags, args.DIR),
    turns,
    hasDirectory: args.DIR !== undefined,
    debugImage: flags.text("debug-image"),
  };
}

/** Returns the exit code. */
export async function runWatched(
  host: Host,
  options: WatchOptions,
  watch: WatchFlags,
): Promise<number> {
  checkWatch(host);
  await checkPatchFile(host, options.patchFile);
  const kube = await host.connect(options.connect);
  const found = await findHeld(kube, options);
  const { step, directory } = await stepAndDirectory(host, found, options, watch);
  const pause = chooseHeld({ ...options, step }, found);
  const { patchFile, color, kind, run: name } = options;
  const { turns, debugImage } = watch;
  const end = await watchStep({
    host,
    kube,
    run: options,
    pause,
    flags: { ...watch, directory, color },
    turns,
    results: {},
    debugImage,
    patchFile,
    signal: host.interrupt,
  }).catch((error): WatchEnd => {
    if (error !== host.interrupt.reason) throw error;
    return "interrupted";
  });
  switch (end) {
    case "released":
      host.terminal.err(printable`To follow the run: ${commandLine(options, "logs")} -f\n`);
      return 0;
    case "left":
      return 0;
    case "quit":
      await cancelRun(kube, { kind, namespace: kube.namespace, name });
      throw new Interrupted(`Interrupted: cancelled ${kind} "${name}"`);
    case "interrupted":
      throw new Interrupted(`Interrupted: step "${stepPath(pause)}" is still held`, {
        hint: commandLine(options, "shell"),
      });
  }
}

/** A word that is no held step, and that is a directory, is DIR. */
async function stepAndDirectory(
  { files }: Pick<Host, "files">,
  { held }: FoundRun,
  { step: word }: HeldOptions,
  { directory, hasDirectory }: WatchFlags,
): Promise<{ step?: string; directory: string }> {
  if (word === undefined || hasDirectory) return { step: word, directory };
  const isStep = held.some((one) => isCalled(one, word));
  const stat = isStep ? undefined : await files.stat(word).catch(() => undefined);
  return stat?.kind === "directory" ? { directory: word } : { step: word, directory };
}
