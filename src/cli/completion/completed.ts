/** The findings of completion, as types. */

/** A word that completes the typed one, with a text to show beside it. */
export interface Candidate {
  readonly word: string;
  readonly text?: string;
}

export interface Completed {
  /** Whole words, which begin with the typed text. */
  readonly candidates: readonly Candidate[];
  /** The paths that the shell completes itself if there are no candidates. */
  readonly files?: "files" | "directories";
  /** Whether a candidate is the start of a word, so that no space follows. */
  readonly isStart?: boolean;
  /** Whether the candidates are in an order that says something. */
  readonly isOrdered?: boolean;
}
