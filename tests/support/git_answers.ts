/** What git says of a repository in which nothing is out of the ordinary, but for what is given. */
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
