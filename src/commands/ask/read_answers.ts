/** Reads answers with the parser of the command line: what is asked means what is typed. Pure. */
import type { Answers } from "../../cli/answers.ts";
import { readFlags } from "../../cli/flags.ts";
import { INPUTS } from "../../cli/start_flags.ts";
import type { UsageError } from "../../errors.ts";
import { type InputFlags, inputFlags } from "../options/run_flags.ts";

/** The options that answers can be part of. */
export interface Answerable extends InputFlags {
  readonly name?: string;
  /** The error for a missing name. */
  readonly unnamed?: UsageError;
}

/** Returns the options as if the answers had been typed too. */
export function withAnswers<O extends Answerable>(options: O, answers: Answers): O {
  const { flags, words: [name = options.name] } = readFlags(answers, INPUTS, "--help");
  const { params, workspaces } = inputFlags(flags);
  return {
    ...options,
    name,
    unnamed: name === undefined ? options.unnamed : undefined,
    params: [...options.params, ...params],
    workspaces: [...options.workspaces, ...workspaces],
  };
}
