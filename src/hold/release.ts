/** Lets a held step go: on, to its own work, or to fail. */
import type { ExecResult, Kube } from "../kube/interface.ts";
import { SHORT_COMMAND_MS } from "../kube/limit.ts";
import {
  NATIVE_SCRIPTS,
  releaseFiles,
  stepResultPath,
  touchCommand,
  writeCommand,
} from "../step/entrypoint.ts";
import { releaseCommand } from "../step/scripts.ts";
import { RUN_RESULT } from "../tekton/breakpoint/hold_before.ts";
import type { Pause } from "./pause.ts";

/** `continue`: its work counts as done. `run`: it is done now. `fail`: the step fails. */
export type ReleaseWord = "continue" | "run" | "fail";

/** A step that holds, and what holds it. */
export type HeldPlace = Pick<
  Pause,
  "namespace" | "pod" | "container" | "step" | "gate" | "postFile"
>;

export interface ReleaseOptions {
  /** The Task's results, by name, that the step is to have written. */
  readonly results?: Readonly<Record<string, string>>;
  /** With `continue`: what the step ends with; undefined: as its last debug-run, else 0. */
  readonly exitCode?: number;
  readonly signal?: AbortSignal;
}

/** How the last command in the container ended; with another exit code than 0 the step still holds, or never did. */
export async function release(
  kube: Kube,
  place: HeldPlace,
  word: ReleaseWord,
  { results = {}, exitCode, signal }: ReleaseOptions = {},
): Promise<ExecResult & { said: string }> {
  const { namespace, pod, container } = place;
  const exec: Exec = async (command, text = "") => {
    let said = "";
    const decoder = new TextDecoder();
    const onStderr = (bytes: Uint8Array) => void (said += decoder.decode(bytes, { stream: true }));
    const stdin = new Blob([text]).stream();
    const at = { namespace, pod, container, deadlineMs: SHORT_COMMAND_MS };
    return { ...await kube.exec({ ...at, command, stdin, onStderr, signal }), said };
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
    const written = await exec(writeCommand(path), text);
    if (written.exitCode !== 0) return written;
  }
  const [goes, fails] = releaseFiles(postFile!, "beforeStep");
  return await exec(touchCommand(word === "fail" ? fails : goes));
}

/**
 * Tekton's own breakpoints know two answers: before a step it does its work or fails; after it failed
 * it counts as done or stays failed. Their scripts need a shell; the files that they write do not, but
 * who is not root can't read what is written so.
 */
async function releaseBreakpoint(exec: Exec, { gate, postFile }: HeldPlace, word: ReleaseWord) {
  const kind = gate === "onFailure" ? "" : "beforestep-";
  const script = `${NATIVE_SCRIPTS}/debug-${kind}${word === "fail" ? "fail-" : ""}continue`;
  const ran = await exec(["/bin/sh", script]);
  if (ran.exitCode !== undefined) return ran;
  if (gate !== "onFailure") {
    const [goes, fails] = releaseFiles(postFile!, "beforeStep");
    return await exec(touchCommand(word === "fail" ? fails : goes));
  }
  const failed = word === "fail";
  const out = await exec(touchCommand(failed ? `${postFile}.err` : postFile!));
  if (out.exitCode !== 0) return out;
  return await exec(writeCommand(`${postFile}.breakpointexit`), failed ? "1" : "0");
}
