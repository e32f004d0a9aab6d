/** Edits the script of a held step in the user's editor, and renders the change as a patch. */
import { UsageError } from "../../errors.ts";
import { FileError, type Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { joined, printable } from "../../printable.ts";
import { type EditedScript, readScript, writeScript } from "../../hold/edit.ts";
import type { Pause } from "../../hold/pause.ts";
import { patchCommand, scriptPatch, sourceName } from "../../tekton/script/script_source.ts";
import { renderDiff } from "../../view/diff.ts";
import type { LocalConsole } from "./local_console.ts";
import { shellWord } from "../../view/text/shell_word.ts";

export interface ScriptEditorOptions {
  readonly host: Host;
  readonly kube: Kube;
  readonly color: boolean;
  /** The file for the patch, as the command line names it. */
  readonly patchFile?: string;
}

/** The editor of one step's script. Each edit starts from the last one. */
export class ScriptEditor {
  readonly #options: ScriptEditorOptions;
  readonly #pause: Pause;
  readonly #localConsole: LocalConsole;
  #script: EditedScript | undefined;
  #text = "";
  /** The patch that this editor last wrote to the file. */
  #saved: string | undefined;

  constructor(options: ScriptEditorOptions, pause: Pause, localConsole: LocalConsole) {
    this.#options = options;
    this.#pause = pause;
    this.#localConsole = localConsole;
  }

  /**
   * Fetches the script, has the user edit it, and puts it back. Throws UsageError if the step has
   * no script or the editor fails, ClusterError if the script cannot be put back.
   */
  async open(): Promise<void> {
    const { host, kube } = this.#options;
    if (this.#script === undefined) {
      this.#script = await readScript(kube, this.#pause);
      this.#text = this.#script.template;
    }
    const name = fileName(this.#pause.targetStep, this.#text);
    const edited = await this.#localConsole.suspendFor(() => host.edit(this.#text, name));
    if (edited === undefined) {
      throw new UsageError("Cannot edit the script: the editor failed or was not found", {
        hint: "set EDITOR",
      });
    }
    this.#text = edited;
    await writeScript(kube, this.#pause, this.#script, edited);
  }

  /** After a successful run: shows the change and how to keep it, and writes the patch file. */
  async ran(exitCode: number): Promise<void> {
    if (exitCode !== 0 || this.#script === undefined) return;
    const { template, source } = this.#script;
    if (this.#text === template) {
      return this.#localConsole.say(printable`The script is unchanged\n`);
    }
    const { host: { terminal }, color } = this.#options;
    const name = source === undefined ? `step ${this.#pause.targetStep}` : sourceName(source);
    const tty = terminal.isTerminal.stderr;
    this.#localConsole.say(
      renderDiff(name, template, this.#text, { color: color && tty, terminal: tty }),
    );
    if (source === undefined) {
      const why = "no Task, Pipeline or StepAction on the cluster has this script";
      return this.#localConsole.say(printable`Note: ${why}: change it where it comes from\n`);
    }
    const patch = scriptPatch(source, template, this.#text);
    const { patchFile } = this.#options;
    const isSaved = patchFile !== undefined && await this.#save(patchFile, patch);
    const given = isSaved ? { file: patchFile } : { text: jsonLine(patch) };
    const words = patchCommand(source, given, this.#pause.namespace).map(shellWord).join(" ");
    const wrote = isSaved ? printable`Wrote ${patchFile}. ` : printable``;
    this.#localConsole.say(joined([wrote, printable`To keep the change: ${words}\n`]));
  }

  /** Returns whether the file has the patch. Asks before it overwrites a file of another origin. */
  async #save(path: string, text: string): Promise<boolean> {
    const { files } = this.#options.host;
    try {
      const isOwn = async () =>
        this.#saved !== undefined && await files.readText(path) === this.#saved;
      const isNew = await files.createText(path, text);
      if (!isNew) {
        const question = { text: `Overwrite ${path}, which exists?`, yes: "overwrite" };
        if (!await isOwn() && !await this.#localConsole.ask(question)) return false;
        await files.writeText(path, text);
      }
      this.#saved = text;
      return true;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#localConsole.say(printable`Cannot write --patch "${path}": ${error.state}\n`);
      return false;
    }
  }
}

/** Puts a JSON text on one line, with control and bidi characters escaped. */
function jsonLine(json: string): string {
  return JSON.stringify(JSON.parse(json)).replaceAll(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Names the file so that an editor recognizes the language. The script comes from the cluster: it
 * only chooses among known endings.
 */
function fileName(step: string, script: string): string {
  const name = /^[a-z0-9][-a-z0-9]{0,62}$/.test(step) ? step : "script";
  const interpreter = /^#!.*?(\w+)\s*$/.exec(script.split("\n", 1)[0])?.[1] ?? "sh";
  return `${name}${ENDINGS.get(interpreter) ?? ".sh"}`;
}

const ENDINGS: ReadonlyMap<string, string> = new Map([
  ["python", ".py"],
  ["python3", ".py"],
  ["node", ".js"],
  ["perl", ".pl"],
]);
