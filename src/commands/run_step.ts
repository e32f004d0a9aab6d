/** `pipelinerun|taskrun run`: a held step's own work, done in its container and shown. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { stepPath } from "../hold/pause.ts";
import { runCommand } from "../hold/shell.ts";
import { debugRunCommand } from "../step/scripts.ts";
import { findStep, type HeldOptions, heldOptions } from "./held_step.ts";
import { letGo } from "./let_go.ts";
import { useColor } from "./color.ts";
import { filteredOutput } from "./filtered_output.ts";
import { checkPatchFile, ownDesk } from "./local_desk.ts";
import { tellNote } from "./tell_note.ts";
import { ScriptEditor } from "./script_editor.ts";

export interface Options extends HeldOptions {
  readonly edit: boolean;
  readonly patchFile?: string;
  readonly original: boolean;
  /** In the step's own place, and the run goes on. */
  readonly continues: boolean;
  readonly color: boolean;
}

/** Pure. Throws UsageError. */
export function options(call: Call): Options {
  const { flags } = call;
  const [edit, original, continues] = ["edit", "original", "continue"].map((name) =>
    flags.on(name)
  );
  const patchFile = flags.text("patch");
  if (patchFile !== undefined && !edit) {
    throw new UsageError(`Cannot write --patch "${patchFile}": nothing is edited`, {
      hint: "add --edit",
    });
  }
  if ([edit, original, continues].filter(Boolean).length > 1) {
    throw new UsageError("Cannot run: --edit, --original and --continue exclude each other", {
      hint: "one after the other",
    });
  }
  const color = !flags.on("no-color");
  return { ...heldOptions(call), edit, patchFile, original, continues, color };
}

export async function run(host: Host, options: Options): Promise<number> {
  const { terminal } = host;
  if (options.edit && !terminal.isTerminal.stdin) {
    throw new UsageError("Cannot open an editor: stdin is no terminal");
  }
  await checkPatchFile(host, options.patchFile);
  const kube = await host.connect(options.connect);
  const pause = await findStep(kube, options);
  if (pause.gate !== "script" && !options.continues) {
    const text = `Step ${stepPath(pause)} is held without a shell: it can do its work only in its`;
    tellNote(host, { text: `${text} own place, and the run goes on` });
  }
  if (options.continues || pause.gate !== "script") {
    terminal.err(await letGo(kube, pause, "run"));
    return 0;
  }
  const color = terminal.isTerminal.stderr && useColor(host, options.color);
  const { patchFile } = options;
  const editor = new ScriptEditor({ host, kube, color, patchFile }, pause, ownDesk(host));
  if (options.edit) await editor.open();
  const output = filteredOutput(host, options);
  const code = await runCommand(kube, pause, {
    command: debugRunCommand({ original: options.original, live: terminal.isTerminal.stdout }),
    output,
    signal: host.interrupt,
  }).finally(() => output.end());
  if (options.edit) await editor.ran(code);
  return code;
}
