/** The person at this terminal, as what works on a remote step meets them: an editor, a question, a word. */
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { type Printable, rawLines } from "../printable.ts";
import { askKey, type KeyQuestion } from "./key_question.ts";

export interface LocalDesk {
  /** Has the whole terminal for the work. */
  aside<T>(work: () => Promise<T>): Promise<T>;
  /** Whether the one key was pressed here. */
  ask(question: KeyQuestion): Promise<boolean>;
  /** Shows text whose lines each end with a newline, after what is on its way to the terminal. */
  say(text: Printable): Promise<void>;
}

/** A terminal that is nobody else's. Off a terminal every answer is no. */
export function ownDesk({ terminal, clock }: Pick<Host, "terminal" | "clock">): LocalDesk {
  return {
    aside: (work) => work(),
    async ask(question) {
      if (!canAsk(terminal)) return false;
      await using raw = terminal.raw();
      const show = (text: Printable) => terminal.err(rawLines(text));
      return await askKey({ clock, keys: raw.keys, show }, question);
    },
    say: (text) => Promise.resolve(terminal.err(text)),
  };
}

/** Whether a question would be seen, and a key read. */
export function canAsk({ isTerminal }: Host["terminal"]): boolean {
  return isTerminal.stdin && isTerminal.stderr;
}

/** Throws UsageError for a file that exists where nobody can be asked whether to overwrite it. */
export async function checkPatchFile(host: Host, path: string | undefined): Promise<void> {
  if (path === undefined || canAsk(host.terminal)) return;
  if (await host.files.stat(path) === undefined) return;
  throw new UsageError(`Cannot write --patch "${path}": it exists`, {
    hint: "name another file, or remove it",
  });
}
