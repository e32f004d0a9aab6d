/** Requests of a shell's `debug-run --edit`, each put to the person at this terminal. */
import { ExpectedError } from "../errors.ts";
import { escape, oneLine, type Printable, printable } from "../printable.ts";
import type { EditRequests } from "../hold/edit_channel.ts";
import { fit } from "../view/text/units.ts";
import type { LocalDesk } from "./local_desk.ts";
import type { ScriptEditor } from "./script_editor.ts";

/** After as many refusals in a row this shell asks no more. */
export const MOST_REFUSALS = 3;

/** The terminal that the shell has, as far as requests need it. */
export interface ShellDesk extends LocalDesk {
  takeTypedLine(): boolean;
  note(text: Printable): void;
}

export interface AskedEditsOptions {
  readonly desk: ShellDesk;
  readonly editor: Pick<ScriptEditor, "open" | "ran">;
  /** The held step's name. */
  readonly place: string;
  /** What $VISUAL or $EDITOR has. */
  readonly program: string;
}

/**
 * The container can ask at any time. A person is bothered only after ending a line for the shell, once for each line,
 * and an editor opens only after a key pressed here.
 */
export class AskedEdits implements EditRequests {
  readonly #options: AskedEditsOptions;
  #refusals = 0;
  /** An edited script is in the container, and its run was not told yet. */
  #isEdited = false;

  constructor(options: AskedEditsOptions) {
    this.#options = options;
  }

  async edit(): Promise<string | undefined> {
    const { desk, editor } = this.#options;
    if (this.#refusals >= MOST_REFUSALS) {
      return "Not edited: tkn-dev asks no more in this shell. Open another one to edit";
    }
    if (!desk.takeTypedLine()) return "Not edited: tkn-dev asks once for each line typed here";
    if (!await desk.ask(this.#question())) {
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
    if (!this.#isEdited) return;
    this.#isEdited = false;
    try {
      await this.#options.editor.ran(exitCode);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      await this.#options.desk.say(printable`${oneLine(error.message)}\n`);
    }
  }

  ignored(): void {
    this.#options.desk.note(
      printable`Note: The step sends words that are no request for an edit: ignored\n`,
    );
  }

  #question() {
    const [place, program] = [this.#options.place, this.#options.program]
      .map((text) => fit(escape(text), 40));
    return { text: `Edit the script of step ${place} here, with ${program}?`, yes: "edit" };
  }
}
