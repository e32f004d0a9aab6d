/** `pipelinerun|taskrun run`: runs a held step's own work in its container, and shows it. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import { stepPath } from "../hold/pause.ts";
import { runCommand } from "../hold/shell.ts";
import { Stay } from "../hold/stay.ts";
import type { Host } from "../host.ts";
import { debugRunCommand } from "../step/scripts.ts";
import { findStep } from "./held/find_step.ts";
import { releaseStep } from "./held/release_step.ts";
import { type HeldOptions, heldOptions } from "./options/held_options.ts";
import { useColor } from "./output/color.ts";
import { filteredOutput } from "./output/filtered_output.ts";
import { printNote } from "./output/print_note.ts";
import { runWatched, type WatchFlags, watchFlags } from "./turns/run_watched.ts";
import { checkPatchFile, localConsole } from "./session/local_console.ts";
import { ScriptEditor } from "./session/script_editor.ts";

export interface Options extends HeldOptions {
  /** Do the work again after each save. */
  readonly watch?: WatchFlags;
  readonly edit: boolean;
  readonly patchFile?: string;
  readonly original: boolean;
  /** Release the step: it does its work in its own place, and the run continues. */
  readonly continues: boolean;
  readonly color: boolean;
}

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const { flags } = call;
  const [edit, original, continues] = ["edit", "original", "continue"].map((name) =>
    flags.on(name)
  );
  const watch = watchFlags(call);
  const patchFile = flags.text("patch");
  if (patchFile !== undefined && !edit && watch === undefined) {
    throw new UsageError(`Cannot write --patch "${patchFile}": nothing is edited`, {
      hint: "add --edit",
    });
  }
  const asked = Object.entries({
    "--edit": edit,
    "--original": original,
    "--continue": continues,
    "--watch": watch !== undefined,
  }).flatMap(([name, isAsked]) => isAsked ? [name] : []);
  if (asked.length > 1) {
    throw new UsageError(`Cannot run: ${asked.join(" and ")} exclude each other`, {
      hint: "one after the other",
    });
  }
  const color = !flags.on("no-color");
  return { ...heldOptions(call), edit, patchFile, original, continues, color, watch };
}

export async function run(host: Host, options: Options): Promise<number> {
  const { terminal } = host;
  if (options.watch !== undefined) return await runWatched(host, options, options.watch);
  if (options.edit && !terminal.isTerminal.stdin) {
    throw new UsageError("Cannot open an editor: stdin is not a terminal");
  }
  await checkPatchFile(host, options.patchFile);
  const kube = await host.connect(options.connect);
  const pause = await findStep(kube, options);
  if (pause.gate !== "script" && !options.continues) {
    const text = `Step ${stepPath(pause)} is held without a shell: its work runs in its own place`;
    printNote(host, { text: `${text}, and the run then continues` });
  }
  if (options.continues || pause.gate !== "script") {
    terminal.err(await releaseStep(kube, pause, "run"));
    return 0;
  }
  const color = useColor(host, "stderr", options.color);
  const { patchFile } = options;
  const editor = new ScriptEditor({ host, kube, color, patchFile }, pause, localConsole(host));
  if (options.edit) {
    await using _stay = new Stay({ kube, pause, clock: host.clock });
    await editor.open();
  }
  const output = filteredOutput(host, options);
  const code = await runCommand(kube, pause, {
    command: debugRunCommand({ original: options.original, live: terminal.isTerminal.stdout }),
    output,
    signal: host.interrupt,
  }).finally(() => output.end());
  if (options.edit) await editor.ran(code);
  return code;
}
