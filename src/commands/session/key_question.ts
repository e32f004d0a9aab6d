/** A question that the user answers with one key. Keys typed before it do not count. */
import type { Clock } from "../../host.ts";
import { type Printable, printable } from "../../printable.ts";

export interface KeyQuestion {
  /** One line, without the choices: `Edit the script of step build here, with vim?` */
  readonly text: string;
  /** The word whose first letter, pressed alone, means yes: "edit". */
  readonly yes: string;
}

/** The terminal that shows the question. */
export interface KeyTerminal {
  readonly clock: Clock;
  /** The keys as the user types them; their end means no. */
  readonly keys: ReadableStream<Uint8Array>;
  show(text: Printable): void;
}

/**
 * Keys typed ahead, and a terminal's answers to a remote program's queries, arrive before a silence
 * of this length.
 */
export const QUIET_MS = 500;
/** No answer within this time means no. */
export const ANSWER_MS = 60_000;

/**
 * Shows the question, drops keys until none arrived for QUIET_MS, shows the choices, and takes one
 * answer:
 *
 *     Edit the script of step build here, with vim? [e]dit, no (any other key): edit
 *
 * Every other input means no: several keys in one read, an escape sequence, no key in ANSWER_MS.
 */
export async function askKey(
  terminal: KeyTerminal,
  { text, yes }: KeyQuestion,
): Promise<boolean> {
  const { clock, show } = terminal;
  const reader = terminal.keys.getReader();
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

/**
 * Returns the pending read of the first key after the silence, in an object, so that awaiting the
 * result does not await the key. Returns undefined if no silence came.
 */
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
