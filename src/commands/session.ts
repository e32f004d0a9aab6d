/** A person at a pause: the screen, the shell in the step's container, and what to do after it. */
import { ClusterError, Interrupted } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { joined, type Printable, printable, rawLines, trimmedEnd } from "../printable.ts";
import { addDebugContainer } from "../hold/debug_container.ts";
import { serveEdits } from "../hold/edit_channel.ts";
import { readHeldStepInfo } from "../hold/held_step_info.ts";
import { podGoneError } from "../hold/held_pod.ts";
import { isHeld } from "../hold/held_steps.ts";
import { type Pause, stepPath } from "../hold/pause.ts";
import { NoShellError, openShell } from "../hold/shell.ts";
import { renderError } from "../view/error.ts";
import { renderHeld } from "../view/held_view.ts";
import { type Answer, Prompt } from "../view/prompt.ts";
import { AskedEdits } from "./asked_edits.ts";
import { type HeldOptions, verb } from "./held_step.ts";
import { LentTerminal } from "./lent_terminal.ts";
import { letGo } from "./let_go.ts";
import { ScriptEditor } from "./script_editor.ts";

export interface SessionOptions {
  readonly host: Host;
  readonly kube: Kube;
  readonly run: Omit<HeldOptions, "step">;
  readonly color: boolean;
  /** For a debugging container, where the step's own image has no shell. */
  readonly debugImage?: string;
  /** Where an edit of the script is written as a patch, once it ran well. */
  readonly patchFile?: string;
  readonly signal?: AbortSignal;
}

/**
 * Until the step is let go ("released") or the person leaves it held ("left"). Throws Interrupted for
 * Ctrl-C at the question, ClusterError where the connection is lost; the step holds still then.
 */
export async function workAt(
  options: SessionOptions,
  pause: Pause,
): Promise<"released" | "left"> {
  const { host, kube, color, run } = options;
  const place = stepPath(pause);
  while (true) {
    try {
      await shell(options, pause);
      if (!await isHeld(kube, pause)) return await released(options, pause);
    } catch (error) {
      if (!(error instanceof ClusterError) || error instanceof HoldLost) throw error;
      if (error instanceof NoShellError) host.terminal.err(renderError(error, color));
      else if (await isHeld(kube, pause).catch(() => true)) throw stillHeld(error, options, place);
      else return await released(options, pause);
    }
    const answer = await ask(host, new Prompt(place, { color }));
    switch (answer) {
      case "shell":
        continue;
      case "detach":
        host.terminal.err(howToGoOn(run, place));
        return "left";
      case "cancel":
        throw new Interrupted(`Interrupted: step "${place}" holds still`, {
          hint: verb(run, "shell"),
        });
      default:
        host.terminal.err(await letGo(kube, pause, answer));
        return "released";
    }
  }
}

/** What held is over, but not because somebody let it go. */
class HoldLost extends ClusterError {}

/** Throws HoldLost where its pod is gone. */
async function released({ kube, run }: SessionOptions, pause: Pause): Promise<"released"> {
  const gone = await podGoneError(kube, pause, {
    run: { kind: run.kind, name: run.run },
    action: `go on in step "${stepPath(pause)}"`,
    again: verb(run, "shell"),
  });
  if (gone !== undefined) throw new HoldLost(gone.message, { hint: gone.hint });
  return "released";
}

/** What a person types for a step that is left held. */
export function howToGoOn(run: SessionOptions["run"], place: string): Printable {
  const rows = [
    ["shell", "work in it"],
    ["run", "run its own work, and come back"],
    ["continue", "go on as if its work were done"],
    ["fail-continue", "fail the step"],
  ].map(([word, does]) => [verb(run, word), does]);
  const width = Math.max(...rows.map(([command]) => command.length));
  return joined([
    printable`Step ${place} holds still. To go on:\n`,
    ...rows.map(([command, does]) => printable`  ${command.padEnd(width)}  ${does}\n`),
  ]);
}

async function shell(options: SessionOptions, pause: Pause): Promise<void> {
  const { host, kube, debugImage, signal } = options;
  const columns = host.terminal.columns();
  const header = trimmedEnd(renderHeld(await readHeldStepInfo(kube, pause), columns));
  if (pause.gate !== "script") host.terminal.err(joined([header, printable`\n`]));
  const place = debugImage === undefined
    ? pause
    : await addDebugContainer(kube, host.clock, pause, debugImage, host.random(5), signal);
  await using terminal = new LentTerminal(host.terminal, host.clock);
  const over = new AbortController();
  const channel = host.random(8);
  const edits = new AskedEdits({
    desk: terminal,
    editor: new ScriptEditor(options, pause, terminal),
    place: stepPath(pause),
    program: host.env.get("VISUAL") || host.env.get("EDITOR") || "the editor",
  });
  const serving = pause.gate === "script"
    ? serveEdits(kube, pause, channel, edits, { clock: host.clock, signal: over.signal }).catch(
      () => {},
    )
    : undefined;
  try {
    await openShell(kube, place, {
      term: host.env.get("TERM") ?? "xterm",
      user: host.env.get("USER") ?? host.env.get("LOGNAME") ?? "somebody",
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

async function ask({ terminal }: Host, prompt: Prompt): Promise<Answer> {
  terminal.err(prompt.render());
  await using raw = terminal.raw();
  for await (const keys of raw.keys) {
    const { text, answer } = prompt.onKey(keys);
    terminal.err(rawLines(text));
    if (answer !== undefined) return answer;
  }
  return "detach"; // the terminal is gone
}

function stillHeld(error: ClusterError, { run }: SessionOptions, place: string) {
  return new ClusterError(`Cannot go on in step "${place}": ${error.message}`, {
    hint: `it holds still; to pick it up again: ${verb(run, "shell")}`,
    cause: error,
  });
}
