/** Handles the edit requests of a shell's `debug-run --edit`: the user confirms each of them. */
import { ExpectedError } from "../../errors.ts";
import type { EditRequests } from "../../hold/edit_channel.ts";
import { escape, oneLine, printable } from "../../printable.ts";
import type { LocalConsole } from "./local_console.ts";
import type { ScriptEditor } from "./script_editor.ts";
import { fitted } from "../../view/text/width.ts";

/** After this many refusals in a row, tkn-dev stops asking in this shell. */
export const MOST_REFUSALS = 3;

/** The part of the shell's terminal that requests need. */
export interface ShellConsole extends LocalConsole {
  takeTypedLine(): boolean;
  /** Called once for each request: resolves once the output that precedes it is shown. */
  arrived(): Promise<void>;
}

export interface ConfirmedEditsOptions {
  readonly terminal: ShellConsole;
  readonly editor: Pick<ScriptEditor, "open" | "ran">;
  /** The held step's name. */
  readonly place: string;
  /** The value of $VISUAL or $EDITOR. */
  readonly program: string;
}

/**
 * The container can send a request at any time. tkn-dev asks only after the user ended a line for
 * the shell, once for each line, and opens an editor only after a key pressed at this terminal.
 */
export class ConfirmedEdits implements EditRequests {
  readonly #options: ConfirmedEditsOptions;
  #refusals = 0;
  /** Whether the container has an edited script that has not run yet. */
  #isEdited = false;

  constructor(options: ConfirmedEditsOptions) {
    this.#options = options;
  }

  async edit(): Promise<string | undefined> {
    const { terminal, editor } = this.#options;
    const arrived = terminal.arrived();
    if (this.#refusals >= MOST_REFUSALS) {
      return "Not edited: tkn-dev no longer asks in this shell. Open another shell to edit";
    }
    if (!terminal.takeTypedLine()) return "Not edited: tkn-dev asks once for each line typed here";
    await arrived;
    if (!await terminal.ask(this.#question())) {
      this.#refusals++;
      return "Not edited";
    }
    this.#refusals = 0;
    try {
      await editor.open();
      this.#isEdited = true;
      return undefined;
    } catch (error) {
      if (error instanceof ExpectedError) return error.message;
      throw error;
    }
  }

  async ran(exitCode: number): Promise<void> {
    const arrived = this.#options.terminal.arrived();
    if (!this.#isEdited) return;
    this.#isEdited = false;
    await arrived;
    try {
      await this.#options.editor.ran(exitCode);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      this.#options.terminal.say(printable`${oneLine(error.message)}\n`);
    }
  }

  ignored(): void {
    this.#options.terminal.say(
      printable`Note: Ignored words of the step that are not an edit request\n`,
    );
  }

  #question() {
    const [place, program] = [this.#options.place, this.#options.program]
      .map((text) => fitted(escape(text), 40));
    return { text: `Edit the script of step ${place} here, with ${program}?`, yes: "edit" };
  }
}
