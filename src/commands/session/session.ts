/** A session of the user at a held step: a shell in its container, then a question. */
import { ClusterError, Interrupted } from "../../errors.ts";
import { podGoneError } from "../../hold/held_pod.ts";
import { isHeld } from "../../hold/held_steps.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import { NoShellError } from "../../hold/shell.ts";
import type { Host } from "../../host.ts";
import { rawLines } from "../../printable.ts";
import { renderError } from "../../view/error.ts";
import { type Answer, Prompt } from "../../view/prompt.ts";
import { releaseStep, ResultsUnwritten } from "../held/release_step.ts";
import { commandLine, type NamedRun } from "../options/held_options.ts";
import { howToContinue } from "./how_to_continue.ts";
import { runShell, type ShellSession } from "./run_shell.ts";

export interface SessionOptions extends ShellSession {
  readonly run: NamedRun;
}

/**
 * Returns "released" once the step is no longer held, "left" if the user leaves it held. Throws
 * Interrupted for Ctrl-C at the question, and ClusterError for a lost connection: the step is still
 * held then.
 */
export async function workAt(
  options: SessionOptions,
  pause: Pause,
): Promise<"released" | "left"> {
  const { host, kube, color, run } = options;
  const place = stepPath(pause);
  while (true) {
    try {
      await runShell(options, pause);
      if (!await isHeld(kube, pause)) return await released(options, pause);
    } catch (error) {
      if (!(error instanceof ClusterError) || error instanceof PodGoneError) throw error;
      if (error instanceof NoShellError) host.terminal.err(renderError(error, color));
      else if (await isHeld(kube, pause).catch(() => true)) throw stillHeld(error, options, place);
      else return await released(options, pause);
    }
    const answer = await ask(host, new Prompt(place, { color }));
    switch (answer) {
      case "shell":
        continue;
      case "detach":
        host.terminal.err(howToContinue(run, place));
        return "left";
      case "cancel":
        throw new Interrupted(`Interrupted: step "${place}" is still held`, {
          hint: commandLine(run, "shell"),
        });
      default:
        try {
          host.terminal.err(await releaseStep(kube, pause, answer));
          return "released";
        } catch (error) {
          if (!(error instanceof ResultsUnwritten)) throw error;
          host.terminal.err(renderError(error, color));
        }
    }
  }
}

/** The step is no longer held, because its pod is gone. */
class PodGoneError extends ClusterError {}

/** To be called once a step is no longer held. Throws PodGoneError if it was not released. */
export async function released(
  { kube, run }: Pick<SessionOptions, "kube" | "run">,
  pause: Pause,
): Promise<"released"> {
  const gone = await podGoneError(kube, pause, {
    run: { kind: run.kind, name: run.run },
    action: `continue in step "${stepPath(pause)}"`,
    again: commandLine(run, "shell"),
  });
  if (gone !== undefined) throw new PodGoneError(gone.message, { hint: gone.hint });
  return "released";
}

async function ask({ terminal }: Host, prompt: Prompt): Promise<Answer> {
  terminal.err(prompt.render());
  await using raw = terminal.raw();
  for await (const keys of raw.keys) {
    const { text, answer } = prompt.onKey(keys);
    terminal.err(rawLines(text));
    if (answer !== undefined) return answer;
  }
  return "detach"; // the terminal is closed
}

function stillHeld(error: ClusterError, { run }: SessionOptions, place: string): ClusterError {
  return new ClusterError(`Cannot continue in step "${place}": ${error.message}`, {
    hint: `the step is still held; to return to it: ${commandLine(run, "shell")}`,
    cause: error,
  });
}
