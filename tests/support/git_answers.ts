/** Answers of git about an ordinary repository, with the given exceptions. */
import type { GitAnswers } from "../../src/tree/git/git_answers.ts";

export function gitAnswers(answers: Partial<GitAnswers> = {}): GitAnswers {
  return {
    excludesFile: "",
    ignoresCase: false,
    tracked: "",
    index: "",
    trustsModes: true,
    hasLinks: true,
    autocrlf: "false",
    eol: "native",
    ...answers,
  };
}
