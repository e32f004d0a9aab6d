/** Releases a held step: to continue, to do its own work, or to fail. */
import { CollectedText } from "./collected_text.ts";
import type { ExecResult, Kube } from "../kube/interface.ts";
import { SHORT_COMMAND_MS } from "../kube/limit.ts";
import {
  createCommand,
  NATIVE_SCRIPTS,
  releaseFiles,
  stepResultPath,
  touchCommand,
  writeCommand,
} from "../step/entrypoint.ts";
import { releaseCommand } from "../step/scripts.ts";
import { RUN_RESULT } from "../tekton/breakpoint/hold_before.ts";
import type { Pause } from "./pause.ts";

/** `continue`: the step's work counts as done; `run`: the step does it now; `fail`: it fails. */
export type ReleaseWord = "continue" | "run" | "fail";

/** A held step and its gate. */
export type HeldPlace = Pick<
  Pause,
  "namespace" | "pod" | "container" | "step" | "gate" | "postFile"
>;

export interface ReleaseOptions {
  /** The Task's results to write, by name. */
  readonly results?: Readonly<Record<string, string>>;
  /** The step's exit code with `continue`; undefined: that of its last debug-run, else 0. */
  readonly exitCode?: number;
  readonly signal?: AbortSignal;
}

/** Returns the result of the last command; unless its exit code is 0, the step is not released. */
export async function release(
  kube: Kube,
  place: HeldPlace,
  word: ReleaseWord,
  { results = {}, exitCode, signal }: ReleaseOptions = {},
): Promise<ExecResult & { said: string }> {
  const { namespace, pod, container } = place;
  const exec: Exec = async (command, text = "") => {
    const stderr = new CollectedText();
    const stdin = new Blob([text]).stream();
    const at = { namespace, pod, container, deadlineMs: SHORT_COMMAND_MS };
    const result = await kube.exec({ ...at, command, stdin, onStderr: stderr.add, signal });
    return { ...result, said: stderr.text };
  };
  switch (place.gate) {
    case "script":
      return await exec(releaseCommand(word, { results, exitCode }));
    case "entrypoint":
      return await releaseEntrypoint(exec, place, word, results);
    default:
      return await releaseBreakpoint(exec, place, word);
  }
}

type Exec = (command: readonly string[], text?: string) => Promise<ExecResult & { said: string }>;

async function releaseEntrypoint(
  exec: Exec,
  { step, postFile }: HeldPlace,
  word: ReleaseWord,
  results: Readonly<Record<string, string>>,
) {
  const files = Object.entries(results).map(([name, text]) => [`/tekton/results/${name}`, text]);
  files.push([stepResultPath(step, RUN_RESULT), String(word === "run")]);
  for (const [path, text] of files) {
    const created = await exec(createCommand(path));
    if (created.exitCode !== 0) return created;
    const written = await exec(writeCommand(path), text);
    if (written.exitCode !== 0) return written;
  }
  const [continues, fails] = releaseFiles(postFile!, "beforeStep");
  return await exec(touchCommand(word === "fail" ? fails : continues));
}

/**
 * Releases a breakpoint of Tekton. Before a step, the step does its work or fails; after a failure,
 * the step counts as done or stays failed. Tekton's scripts need a shell. The files that they write
 * can be written without one, but then only root can read them.
 */
async function releaseBreakpoint(exec: Exec, { gate, postFile }: HeldPlace, word: ReleaseWord) {
  const kind = gate === "onFailure" ? "" : "beforestep-";
  const script = `${NATIVE_SCRIPTS}/debug-${kind}${word === "fail" ? "fail-" : ""}continue`;
  const ran = await exec(["/bin/sh", script]);
  if (ran.exitCode !== undefined) return ran;
  if (gate !== "onFailure") {
    const [continues, fails] = releaseFiles(postFile!, "beforeStep");
    return await exec(touchCommand(word === "fail" ? fails : continues));
  }
  const failed = word === "fail";
  const out = await exec(touchCommand(failed ? `${postFile}.err` : postFile!));
  if (out.exitCode !== 0) return out;
  return await exec(writeCommand(`${postFile}.breakpointexit`), failed ? "1" : "0");
}
