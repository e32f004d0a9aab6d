/** Remembers the command line of a run for `again`, once the run is created. */
import { delimiter, isAbsolute, join } from "node:path";
import type { Answers } from "../../cli/answers.ts";
import { type CommandLine, withFlag, wordsOf } from "../../cli/command_line.ts";
import { CLUSTER } from "../../cli/shared_flags.ts";
import { ExpectedError } from "../../errors.ts";
import type { RunEvent } from "../../events.ts";
import { FileError, type Host } from "../../host.ts";
import { printNote } from "../output/print_note.ts";
import { type Entry, entryName, entryText } from "./entry.ts";
import { printWithoutQuestions, type TypedLine, withAnswers } from "./line.ts";

/** Turns remembering off, like --no-remember. */
const OFF = "TKN_DEV_NO_REMEMBER";

/** The memory of one call of the program. Disposing waits until the line is written. */
export class Memory implements AsyncDisposable {
  readonly #host: Host;
  readonly #typed: TypedLine;
  #line: CommandLine;
  #writing?: Promise<void>;
  #note = (text: string) => printNote(this.#host, { text });

  constructor(host: Host, typed: TypedLine) {
    this.#host = host;
    this.#typed = typed;
    this.#line = typed.line;
  }

  /** The user answered questions: shows the line that asks none. */
  answered(answers: Answers): void {
    if (answers.length === 0) return;
    this.#line = withAnswers(this.#line, answers);
    printWithoutQuestions(this.#host, this.#line);
  }

  /** Passes the events on, and remembers the line at the first creation. */
  listening(emit: (event: RunEvent) => void): (event: RunEvent) => void {
    this.#note = (text) => emit({ kind: "note", text });
    return (event) => {
      if (event.kind === "created") this.created(event.namespace);
      emit(event);
    };
  }

  created(namespace: string): void {
    const { isRemembered } = this.#typed;
    if (!isRemembered || this.#host.env.get(OFF)) return;
    this.#writing ??= this.#remember(namespace);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
  }

  /** A run must not fail for it: notes on a terminal why nothing is remembered. */
  async #remember(namespace: string): Promise<void> {
    const { files, state, terminal, env } = this.#host;
    if (state.directory === undefined) return;
    try {
      const [directory, cwd] = await Promise.all(
        [this.#typed.directory, "."].map((path) => files.realPath(path)),
      );
      if (this.#typed.isUpload && await this.#isInside(state.directory, directory)) {
        throw new FileError(state.directory, "is in the directory that is uploaded");
      }
      const line = await this.#explicit(namespace);
      const kubeconfig = absoluteKubeconfig(env.get("KUBECONFIG"), cwd);
      const entry: Entry = { directory, cwd, kubeconfig, words: wordsOf(line) };
      for (const key of new Set([directory, cwd])) {
        await state.write(await entryName(key), entryText(entry));
      }
    } catch (error) {
      if (!(error instanceof FileError || error instanceof ExpectedError)) throw error;
      if (!terminal.isTerminal.stderr) return;
      this.#note(`tkn-dev again cannot repeat this: ${error.message}`);
    }
  }

  /** Returns the line with the context and the namespace that are used now. */
  async #explicit(namespace: string): Promise<CommandLine> {
    const given = (name: string) => this.#line.flags.find(({ spec }) => spec.name === name)?.values;
    const spec = (name: string) => CLUSTER.find((one) => one.name === name)!;
    const contexts = await this.#host.contexts({ kubeconfig: given("kubeconfig")?.at(-1) });
    const current = given("context")?.at(-1) ?? contexts.find(({ isCurrent }) => isCurrent)?.name;
    const named = current === undefined
      ? this.#line
      : withFlag(this.#line, spec("context"), current);
    return withFlag(named, spec("namespace"), namespace);
  }

  /** Returns whether the path, which may not exist yet, is in the directory. */
  async #isInside(path: string, directory: string): Promise<boolean> {
    const { files } = this.#host;
    for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
      if (await files.stat(at) === undefined) continue;
      const real = await files.realPath(at);
      return real === directory || real.startsWith(directory === "/" ? "/" : `${directory}/`);
    }
    return directory === "/";
  }
}

/** Returns $KUBECONFIG, which may be a list, with absolute paths. Pure. */
export function absoluteKubeconfig(value: string | undefined, cwd: string): string | undefined {
  const paths = (value ?? "").split(delimiter).filter((path) => path !== "");
  if (paths.length === 0) return undefined;
  return paths.map((path) => isAbsolute(path) ? path : join(cwd, path)).join(delimiter);
}
