/** The user's terminal as work on a remote step needs it: an editor, a question, a message. */
import { UsageError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { type Printable, rawLines } from "../../printable.ts";
import { askKey, type KeyQuestion } from "./key_question.ts";

export interface LocalConsole {
  /** Leaves the whole terminal to `work`, such as an editor. */
  suspendFor<T>(work: () => Promise<T>): Promise<T>;
  /** Returns whether the user pressed the key that means yes. */
  ask(question: KeyQuestion): Promise<boolean>;
  /** Shows lines, each with its newline. */
  say(text: Printable): void;
}

/** A console on a terminal that no shell uses. Without a terminal, every answer is no. */
export function localConsole({ terminal, clock }: Pick<Host, "terminal" | "clock">): LocalConsole {
  return {
    suspendFor: (work) => work(),
    async ask(question) {
      if (!canAsk(terminal)) return false;
      await using raw = terminal.raw();
      const show = (text: Printable) => terminal.err(rawLines(text));
      return await askKey({ clock, keys: raw.keys, show }, question);
    },
    say: (text) => terminal.err(text),
  };
}

/** Returns whether the user would see a question and could press a key. */
function canAsk({ isTerminal }: Host["terminal"]): boolean {
  return isTerminal.stdin && isTerminal.stderr;
}

/** Throws UsageError for an existing file if the user cannot be asked whether to overwrite it. */
export async function checkPatchFile(host: Host, path: string | undefined): Promise<void> {
  if (path === undefined || canAsk(host.terminal)) return;
  if (await host.files.stat(path) === undefined) return;
  throw new UsageError(`Cannot write --patch "${path}": it exists`, {
    hint: "name another file, or remove it",
  });
}
