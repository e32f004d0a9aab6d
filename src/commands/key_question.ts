/** A question that a single key answers, pressed by a person at this terminal: nothing typed before counts. */
import type { Clock } from "../host.ts";
import { type Printable, printable } from "../printable.ts";

export interface KeyQuestion {
  /** One line, without the choices: `Edit the script of step build here, with vim?` */
  readonly text: string;
  /** The word whose first letter, pressed alone, means yes: "edit". */
  readonly yes: string;
}

/** Where it is asked. */
export interface KeyDesk {
  readonly clock: Clock;
  /** What is typed here, as it comes; its end means no. */
  readonly keys: ReadableStream<Uint8Array>;
  show(text: Printable): void;
}

/** What was typed ahead, or a terminal's answers to a remote program's queries, come before such a silence. */
export const QUIET_MS = 500;
/** After this long without an answer it is no. */
export const ANSWER_MS = 60_000;

/**
 * Shows the question, drops keys until none came for QUIET_MS, shows the choices, and only then takes one answer.
 *
 *     Edit the script of step build here, with vim? [e]dit, no (any other key): edit
 *
 * Every input but the one key means no: several keys in one read, an escape sequence, ANSWER_MS without any.
 */
export async function askKey(desk: KeyDesk, { text, yes }: KeyQuestion): Promise<boolean> {
  const { clock, show } = desk;
  const reader = desk.keys.getReader();
  show(printable`${text} `);
  try {
    const answer = await untilQuiet(clock, reader);
    if (answer === undefined) {
      show(printable`no\n`);
      return false;
    }
    show(printable`[${yes[0]}]${yes.slice(1)}, no (any other key): `);
    const got = await within(clock, ANSWER_MS, answer);
    const isYes = got !== LATE && new TextDecoder().decode(got.value) === yes[0];
    const word = isYes ? yes : got === LATE ? `no: no key within ${ANSWER_MS / 1_000} s` : "no";
    show(printable`${word}\n`);
    return isYes;
  } finally {
    reader.cancel().catch(() => {});
  }
}

type Keys = ReadableStreamReadResult<Uint8Array>;

/** The read that gets the first key after the silence, in an object; undefined where there was no silence. */
async function untilQuiet(
  clock: Clock,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<{ next: Promise<Keys> } | undefined> {
  const endMs = clock.now() + ANSWER_MS;
  while (clock.now() <= endMs) {
    const next = reader.read();
    const got = await within(clock, QUIET_MS, { next });
    if (got === LATE) return { next };
    if (got.done) return undefined;
  }
  return undefined;
}

const LATE = Symbol("nothing in time");

async function within(
  clock: Clock,
  ms: number,
  { next }: { next: Promise<Keys> },
): Promise<Keys | typeof LATE> {
  const over = new AbortController();
  const late = clock.delay(ms, over.signal).then(() => LATE, () => LATE) as Promise<typeof LATE>;
  return await Promise.race([next, late]).finally(() => over.abort());
}
