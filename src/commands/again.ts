/** `again`, and `--last` of an upload without a name: the call that is remembered, made again. */
import { type CommandLine, commandLineOf, wordsOf } from "../cli/command_line.ts";
import { PROGRAM } from "../cli/commands.ts";
import { type Call, parse } from "../cli/parse.ts";
import { ExpectedError, UsageError } from "../errors.ts";
import { FileError, type Host } from "../host.ts";
import { joined, printable } from "../printable.ts";
import { shellWord } from "../view/text/shell_word.ts";
import { type Entry, entryName, readEntry } from "./again/entry.ts";
import { shellLine } from "./again/line.ts";
import { absoluteKubeconfig } from "./again/memory.ts";
import { merged } from "./again/merge.ts";
import { moved } from "./again/moved.ts";
import { printNote } from "./output/print_note.ts";

/** The commands that are remembered. */
const VERBS = ["upload", "debug", "start"];

/**
 * Returns the remembered call with the flags of this one over it, and prints its line. Throws
 * UsageError if nothing is remembered for the directory.
 */
export async function remembered(host: Host, call: Call): Promise<Call> {
  const asked = call.args.DIR ?? ".";
  const directory = await realPath(host, asked);
  const entry = await entryOf(host, directory);
  if (entry === undefined) throw await nothing(host, asked, directory);
  const { call: old, line: typed } = readLine(entry, directory);
  checkVerb(call, old, typed);
  const cwd = await realPath(host, ".");
  const here = cwd === entry.cwd ? typed : moved(old, withDirectory(old, typed, entry), entry.cwd);
  const line = merged(here, over(call));
  checkKubeconfig(host, entry, line, cwd);
  checkInput(host, line);
  host.terminal.err(joined([printable`Repeating `, shellLine(line), printable`\n`]));
  return parse(wordsOf(line), PROGRAM);
}

/** The flags of this call; its --last only asks to repeat. */
function over({ command, flags }: Call) {
  const all = flags.all();
  return command.path[0] === "again" ? all : all.filter(({ spec }) => spec.name !== "last");
}

async function realPath({ files }: Host, path: string): Promise<string> {
  try {
    return await files.realPath(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new UsageError(`Cannot repeat a command in "${path}": ${error.state}`, {
      hint: "name the directory that was uploaded, e.g. .",
      cause: error,
    });
  }
}

/** Returns undefined, after a note, if the file cannot be trusted or read. */
async function entryOf(host: Host, directory: string): Promise<Entry | undefined> {
  const { state } = host;
  const name = await entryName(directory);
  try {
    const text = await state.read(name);
    if (text === undefined) return undefined;
    const entry = readEntry(text, directory);
    if (!("why" in entry)) return entry;
    throw new FileError(`${state.directory}/${name}`, entry.why);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    printNote(host, { text: `${error.message}: it is ignored` });
    return undefined;
  }
}

async function nothing(host: Host, asked: string, directory: string): Promise<UsageError> {
  for (let at = directory; at.lastIndexOf("/") > 0;) {
    at = at.slice(0, at.lastIndexOf("/"));
    if (await host.state.read(await entryName(at)).catch(() => undefined) === undefined) continue;
    return new UsageError(`Cannot repeat a command in "${asked}": none is remembered for it`, {
      hint: `tkn-dev again ${shellWord(at)} repeats that of ${at}`,
    });
  }
  return new UsageError(`Cannot repeat a command in "${asked}": none is remembered for it`, {
    hint: "type it once, such as tkn-dev pipeline upload PIPELINE [DIR]; tkn-dev again repeats it",
  });
}

/** Throws UsageError for a line that this version does not know. */
function readLine(
  { words, cwd }: Entry,
  directory: string,
): { call: Call; line: CommandLine } {
  try {
    const call = parse(words, PROGRAM);
    if (call.help || !VERBS.includes(call.command.path.at(-1)!)) {
      throw new UsageError("it starts no run");
    }
    return { call, line: commandLineOf(call) };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    throw new UsageError(
      `Cannot repeat the command of "${directory}": ${error.message}`,
      { hint: `type it anew; it was remembered in ${cwd}`, cause: error },
    );
  }
}

/** `pipeline upload --last` does not repeat a `task upload`. */
function checkVerb({ command }: Call, old: Call, line: CommandLine): void {
  const [first, verb] = command.path;
  if (first === "again") return;
  const isSame = old.command.path.at(-1) === "upload" &&
    (verb === undefined || old.command.path[0] === first);
  if (isSame) return;
  const name = command.path.join(" ");
  throw new UsageError(`Cannot repeat the last ${name}: the last command was another one`, {
    hint: `tkn-dev again repeats it: ${shellLine(line)}`,
  });
}

/** Names the directory of an upload, for a line that is repeated elsewhere. */
function withDirectory(
  { command, args }: Call,
  line: CommandLine,
  { directory }: Entry,
): CommandLine {
  const last = command.args.at(-1);
  if (command.path.at(-1) !== "upload") return line; // without DIR, others upload nothing
  if (last?.completion !== "directories" || args[last.name] !== undefined) return line;
  return { ...line, args: [...line.args, directory] };
}

/** The context is explicit; it means another cluster in another kubeconfig. */
function checkKubeconfig({ env }: Host, entry: Entry, line: CommandLine, cwd: string): void {
  if (line.flags.some(({ spec }) => spec.name === "kubeconfig")) return;
  const now = absoluteKubeconfig(env.get("KUBECONFIG"), cwd);
  if (now === entry.kubeconfig) return;
  const said = (value?: string) => value === undefined ? "not set" : `"${value}"`;
  throw new UsageError(
    `Cannot repeat the command: $KUBECONFIG was ${said(entry.kubeconfig)}, and is ${said(now)}`,
    { hint: "set it as it was, or choose a kubeconfig: tkn-dev again -k FILE" },
  );
}

function checkInput({ terminal }: Host, { flags }: CommandLine): void {
  const readsInput = flags.some(({ spec, values }) =>
    spec.name === "filename" && values.includes("-")
  );
  if (!readsInput || !terminal.isTerminal.stdin) return;
  throw new UsageError("Cannot repeat the command: it read the run from stdin", {
    hint: "tkn-dev again <FILE, or tkn-dev again -f FILE",
  });
}
