/** The script of a held step in the user's editor: fetched, edited, put back, and the change as a patch. */
import { ExpectedError, UsageError } from "../errors.ts";
import { FileError, type Host } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { joined, oneLine, type Printable, printable } from "../printable.ts";
import { type EditedScript, putScript, readScript } from "../run/edit.ts";
import type { Pause } from "../run/pause_place.ts";
import type { EditRequests } from "../run/edit_channel.ts";
import { patchCommand, scriptPatch, sourceName } from "../tekton/script_source.ts";
import { renderDiff } from "../view/diff.ts";

export interface ScriptEditorOptions {
  readonly host: Host;
  readonly kube: Kube;
  readonly color: boolean;
}

/** One step's; what was edited last is edited on. */
export class ScriptEditor implements EditRequests {
  readonly #options: ScriptEditorOptions;
  readonly #pause: Pause;
  readonly #aside: <T>(work: () => Promise<T>) => Promise<T>;
  #script: EditedScript | undefined;
  #text = "";
  #patchFile = "";

  /** `aside` has the terminal for what it is given. */
  constructor(
    options: ScriptEditorOptions,
    pause: Pause,
    aside: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
  ) {
    this.#options = options;
    this.#pause = pause;
    this.#aside = aside;
  }

  async edit(patchFile: string): Promise<string | undefined> {
    try {
      await this.open(patchFile);
      return undefined;
    } catch (error) {
      if (error instanceof ExpectedError) return error.message;
      throw error;
    }
  }

  /** Throws UsageError where there is nothing to edit or the editor fails, ClusterError where the script can't be put back. */
  async open(patchFile: string): Promise<void> {
    const { host, kube } = this.#options;
    this.#patchFile = patchFile;
    if (this.#script === undefined) {
      this.#script = await readScript(kube, this.#pause);
      this.#text = this.#script.template;
    }
    const name = `${this.#pause.of}${endingOf(this.#text)}`;
    const edited = await this.#aside(() => host.edit(this.#text, name));
    if (edited === undefined) {
      throw new UsageError("Cannot edit the script: the editor failed, or is not there", {
        hint: "set EDITOR",
      });
    }
    this.#text = edited;
    await putScript(kube, this.#pause, this.#script, edited);
  }

  /** After a success: what was changed, and how to keep it. */
  async ran(exitCode: number): Promise<Printable> {
    try {
      return exitCode === 0 ? await this.#tell() : printable``;
    } catch (error) {
      if (error instanceof ExpectedError) return printable`${oneLine(error.message)}\n`;
      throw error;
    }
  }

  /** Writes the patch where one was asked for. */
  async #tell(): Promise<Printable> {
    const { host, color } = this.#options;
    const { template, source } = this.#script!;
    const { terminal } = host;
    if (this.#text === template) return printable`The script is as it was\n`;
    const name = source === undefined ? `step ${this.#pause.of}` : sourceName(source);
    const tty = terminal.isTerminal.stderr;
    const diff = renderDiff(name, template, this.#text, { color: color && tty, terminal: tty });
    if (source === undefined) {
      const why = "no Task, Pipeline or StepAction on the cluster has this script";
      return joined([diff, printable`Note: ${why}: change it where it comes from\n`]);
    }
    const patch = scriptPatch(source, template, this.#text);
    const { namespace } = this.#pause;
    if (this.#patchFile === "") {
      const text = JSON.stringify(JSON.parse(patch));
      const command = patchCommand(source, { text }, namespace);
      const words = command.map(quoted).join(" ");
      return joined([diff, printable`To keep the change: ${words}\n`]);
    }
    await this.#save(this.#patchFile, patch);
    const command = patchCommand(source, { file: this.#patchFile }, namespace);
    const words = command.map(quoted).join(" ");
    const done = printable`Wrote ${this.#patchFile}. To keep the change: ${words}\n`;
    return joined([diff, done]);
  }

  async #save(path: string, text: string): Promise<void> {
    try {
      await this.#options.host.files.writeText(path, text);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new UsageError(`Cannot write --patch "${path}": ${error.state}`, { cause: error });
    }
  }
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** So that an editor knows the language. */
function endingOf(script: string): string {
  const interpreter = /^#!.*?(\w+)\s*$/m.exec(script.split("\n", 1)[0])?.[1] ?? "sh";
  const endings: Record<string, string> = {
    python: ".py",
    python3: ".py",
    node: ".js",
    perl: ".pl",
  };
  return endings[interpreter] ?? ".sh";
}
