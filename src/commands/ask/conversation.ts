/**
 * Questions, and what becomes of their answers: a generator yields the next question as data and
 * gets the reply. Pure; converse.ts asks on the terminal.
 */
import type { ChoiceQuestion, TextQuestion } from "../../view/ask/question.ts";

export type Question =
  | { readonly kind: "text"; readonly question: TextQuestion }
  | { readonly kind: "choice"; readonly question: ChoiceQuestion };

/** The text, or the place of the chosen row. */
export type Reply = string | number;

export type Conversation<Result> = Generator<Question, Result, Reply>;

export function* askText(question: TextQuestion): Conversation<string> {
  return String(yield { kind: "text", question });
}

export function* askChoice(question: ChoiceQuestion): Conversation<number> {
  return Number(yield { kind: "choice", question });
}
