/** Joins the parts of long log lines. Pure. */

export interface LogPart {
  readonly task?: string;
  readonly step: string;
  readonly part?: "first" | "middle" | "last";
}

/**
 * Decides which parts get a prefix or a newline. Lines of other steps may come between two parts.
 */
export class LogParts {
  /** The step whose line is unfinished. */
  #open: string | undefined;

  /**
   * Returns the text before and after a part. Without a prefix, the part continues the unfinished
   * line. If `joins` is false, as on a terminal, each part becomes a line.
   */
  frame(
    { task, step, part }: LogPart,
    { joins }: { joins: boolean },
  ): { before: "" | "\n"; hasPrefix: boolean; after: "" | "\n" } {
    if (!joins) return { before: "", hasPrefix: true, after: "\n" };
    const place = `${task ?? ""}/${step}`;
    const open = this.#open;
    const continues = open === place && (part === "middle" || part === "last");
    const ends = part === undefined || part === "last";
    this.#open = ends ? undefined : place;
    return {
      before: open !== undefined && !continues ? "\n" : "",
      hasPrefix: !continues,
      after: ends ? "\n" : "",
    };
  }
}
