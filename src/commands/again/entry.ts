/** The remembered command line of a directory, as text. Pure. */
import { checked, type Shape } from "../../shape.ts";

/** Changes when a reader of the old version would repeat something else. */
const VERSION = 1;

export interface Entry {
  /** The real path of the directory that was uploaded, or in which the command was typed. */
  readonly directory: string;
  /** The directory in which the command was typed: its paths are relative to it. */
  readonly cwd: string;
  /** $KUBECONFIG. */
  readonly kubeconfig?: string;
  /** Without the program's name. */
  readonly words: readonly string[];
}

const SHAPE: Shape = { directory: "name", cwd: "name", kubeconfig: "text", words: ["name"] };

export function entryText(entry: Entry): string {
  return `${JSON.stringify({ version: VERSION, ...entry })}\n`;
}

/** Returns the entry of that directory, or why the text is not one. */
export function readEntry(text: string, directory: string): Entry | { why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: "is not JSON" };
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > VERSION) return { why: "is of a newer tkn-dev" };
  const read = checked(value, SHAPE);
  if (version !== VERSION || "why" in read) return { why: "is not a file of tkn-dev" };
  const entry = read.value as Entry;
  if (!Array.isArray(entry.words) || entry.words.length === 0) {
    return { why: "is not a file of tkn-dev" };
  }
  if (![entry.directory, entry.cwd].includes(directory)) return { why: "is of another directory" };
  return entry;
}

/** Returns the name of the file for a directory. */
export async function entryName(directory: string): Promise<string> {
  // As JSON: a path that is not UTF-8 has lone surrogates, which an encoder would replace.
  const bytes = new TextEncoder().encode(JSON.stringify(directory));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return `${new Uint8Array(digest).toHex().slice(0, 32)}.json`;
}
