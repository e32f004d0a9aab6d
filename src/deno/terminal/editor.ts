/** Opens a text in the editor of the user. */
import { UsageError } from "../../errors.ts";
import { variable } from "../variable.ts";

/**
 * Returns the saved text, or undefined if the editor fails or can't be run. The editor sees the
 * type of the file by the ending of `name`. Throws UsageError if the saved file is not UTF-8, and
 * TypeError if the name is a path.
 */
export async function editText(text: string, name: string): Promise<string | undefined> {
  if (!/^[a-z0-9][-a-z0-9]*\.[a-z]+$/.test(name)) {
    throw new TypeError(`no name for a file: ${name}`);
  }
  const directory = await Deno.makeTempDir({ prefix: "tkn-dev-edit-" });
  try {
    const path = `${directory}/${name}`;
    await Deno.writeTextFile(path, text, { createNew: true, mode: 0o600 });
    const { success } = await editorOn(path).spawn().status;
    return success ? decoded(await Deno.readFile(path)) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // no shell, or the file is gone
    throw error;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Runs the variable as shell text, as git does, so that it may be `code --wait`. */
function editorOn(path: string): Deno.Command {
  const editor = variable("VISUAL") || variable("EDITOR");
  const streams = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
  if (Deno.build.os === "windows") {
    const line = `"${editor ?? "notepad"} "${path}""`; // cmd takes away the outer quotes
    const args = ["/d", "/s", "/c", line];
    return new Deno.Command("cmd", { args, windowsRawArguments: true, ...streams });
  }
  const words = editor ?? "vi";
  return new Deno.Command("sh", { args: ["-c", `${words} "$@"`, words, path], ...streams });
}

/** Drops a byte order mark, which would stand before `#!`. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError("Cannot take what the editor saved: it is not UTF-8", { cause });
  }
}
