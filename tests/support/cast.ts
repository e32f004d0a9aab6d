/**
 * A terminal session as text, asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): a
 * header, then one event per line.
 *
 *     {"version":2,"width":100,"height":30,"title":"..."}
 *     [0.25,"o","$ "]
 *     [1.5,"i","l"]
 */
export interface Cast {
  readonly header: Readonly<Record<string, unknown>>;
  readonly events: readonly CastEvent[];
}

/** Output or input. */
export type CastEvent = readonly [seconds: number, kind: "o" | "i", text: string];

export function writeCast({ header, events }: Cast): string {
  const lines = [{ version: 2, ...header }, ...events];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

export function readCast(text: string): Cast {
  const [header, ...events] = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  if (header.version !== 2) throw new Error(`no asciicast v2: ${JSON.stringify(header)}`);
  return { header, events };
}

/** Returns everything that was written ("o") or typed ("i"). */
export function textOf({ events }: Pick<Cast, "events">, kind: CastEvent[1]): string {
  return events.filter((event) => event[1] === kind).map((event) => event[2]).join("");
}
