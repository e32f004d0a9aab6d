/** Lets a held step go: on, to its own work, or to fail. */
import type { ExecResult, Kube } from "../kube/interface.ts";
import { breakCommand, stepResultPath, writeCommand } from "../step/entrypoint.ts";
import { type GateKind, releaseCommand } from "../step/scripts.ts";
import { RUN_RESULT } from "../tekton/hold_before.ts";

/** `continue`: its work counts as done. `run`: it is done now. `fail`: the step fails. */
export type ReleaseWord = "continue" | "run" | "fail";

/** A step that holds, and what holds it. */
export interface HeldPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly step: string;
  readonly gate: GateKind;
}

export interface ReleaseOptions {
  /** The Task's results, by name, that the step is to have written. */
  readonly results?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** How the last command in the container ended; with another exit code than 0 the step still holds, or never did. */
export async function release(
  kube: Kube,
  place: HeldPlace,
  word: ReleaseWord,
  { results = {}, signal }: ReleaseOptions = {},
): Promise<ExecResult> {
  const { namespace, pod, container, step, gate } = place;
  const exec = (command: readonly string[], text = "") =>
    kube.exec({ namespace, pod, container, command, stdin: streamOf(text), signal });
  if (gate === "script") return await exec(releaseCommand(word, results));
  const files = Object.entries(results).map(([name, text]) => [`/tekton/results/${name}`, text]);
  files.push([stepResultPath(step, RUN_RESULT), String(word === "run")]);
  for (const [path, text] of files) {
    const written = await exec(writeCommand(path), text);
    if (written.exitCode !== 0) return written;
  }
  return await exec(breakCommand(word === "fail" ? "fail" : "continue"));
}

function streamOf(text: string): ReadableStream<Uint8Array> {
  return new Blob([text]).stream();
}
