/** Lines that come in parts, as one line each. Pure. */

export interface LogPart {
  readonly task?: string;
  readonly step: string;
  readonly part?: "first" | "middle" | "last";
}

/** Which prefixes and newlines a log line's parts get: one line may be cut by others in between. */
export class LogParts {
  /** Whose line has begun and not ended. */
  #open: string | undefined;

  /**
   * What is in front of the text, and behind it; without a prefix it goes on where the last part ended.
   * `joins` is false where each part is to be a line: on a terminal.
   */
  frame(
    { task, step, part }: LogPart,
    { joins }: { joins: boolean },
  ): { before: "" | "\n"; hasPrefix: boolean; after: "" | "\n" } {
    if (!joins) return { before: "", hasPrefix: true, after: "\n" };
    const place = `${task ?? ""}/${step}`;
    const open = this.#open;
    const goesOn = open === place && (part === "middle" || part === "last");
    const ends = part === undefined || part === "last";
    this.#open = ends ? undefined : place;
    return {
      before: open !== undefined && !goesOn ? "\n" : "",
      hasPrefix: !goesOn,
      after: ends ? "\n" : "",
    };
  }
}
