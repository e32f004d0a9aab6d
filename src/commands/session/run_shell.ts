/** One shell in the container of a held step, with the edits that it asks for. */
import { addDebugContainer } from "../../hold/debug_container.ts";
import { serveEdits } from "../../hold/edit_channel.ts";
import { readHeldStepInfo } from "../../hold/held_step_info.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import { openShell } from "../../hold/shell.ts";
import type { Host, Terminal } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { joined, printable, trimmedEnd } from "../../printable.ts";
import { renderHeld } from "../../view/held_view.ts";
import { ConfirmedEdits } from "./confirmed_edits.ts";
import { ScriptEditor } from "./script_editor.ts";
import { ShellTerminal } from "./shell_terminal.ts";
import { userName } from "./user_name.ts";

export interface ShellSession {
  readonly host: Host;
  readonly kube: Kube;
  readonly color: boolean;
  /** The image of a debugging container, if the step's own image has no shell. */
  readonly debugImage?: string;
  /** The file for the patch of an edited script, once the script has run well. */
  readonly patchFile?: string;
  readonly signal?: AbortSignal;
}

/** Returns the stream that would have to be a terminal for a shell; undefined if none. */
export function missingForShell(
  { isTerminal: { stdin, stdout } }: Pick<Terminal, "isTerminal">,
): "stdin" | "stdout" | undefined {
  return !stdin ? "stdin" : !stdout ? "stdout" : undefined;
}

/** Resolves once the shell ends. Throws NoShellError and ClusterError. */
export async function runShell(options: ShellSession, pause: Pause): Promise<void> {
  const { host, kube, debugImage, signal } = options;
  const columns = host.terminal.columns();
  const header = trimmedEnd(renderHeld(await readHeldStepInfo(kube, pause), columns));
  if (pause.gate !== "script") host.terminal.err(joined([header, printable`\n`]));
  const place = debugImage === undefined ? pause : await addDebugContainer(kube, pause, {
    clock: host.clock,
    image: debugImage,
    suffix: host.random(5),
    signal,
  });
  const channel = host.random(8);
  await using terminal = new ShellTerminal(host.terminal, host.clock, channel);
  const over = new AbortController();
  const edits = new ConfirmedEdits({
    terminal,
    editor: new ScriptEditor(options, pause, terminal),
    place: stepPath(pause),
    program: host.env.get("VISUAL") || host.env.get("EDITOR") || "the editor",
  });
  const serving = pause.gate === "script"
    ? serveEdits(kube, pause, channel, edits, { clock: host.clock, signal: over.signal }).catch(
      () => {}, // the shell works without edits
    )
    : undefined;
  try {
    await openShell(kube, place, {
      term: host.env.get("TERM") ?? "xterm",
      user: userName(host),
      channel,
      header,
      terminal,
      output: {
        onStdout: (bytes) => terminal.write(bytes, "stdout"),
        onStderr: (bytes) => terminal.write(bytes, "stderr"),
      },
      signal,
    });
  } finally {
    terminal.stopAsking();
    over.abort(new DOMException("the shell is closed", "AbortError"));
    await serving;
  }
}
