/** Objects out of YAML files or URLs that users write for a flag. */
import { UsageError } from "../../errors.ts";
import { FileError, type Host } from "../../host.ts";
import { type Fields, whyNotStrict } from "../../tekton/strict_fields.ts";
import { parseDocuments, yamlReason } from "./yaml.ts";

/** How a flag's file is named and checked. */
export interface StrictFile {
  /** As messages name the flag: "--pod-template". */
  readonly flag: string;
  readonly fields: Fields;
  /** Tells what the file should have. */
  readonly hint: string;
}

/** Reads the one object of a file or URL. Throws UsageError that names the file and the field. */
export async function readStrictFile(
  host: Pick<Host, "files" | "download">,
  path: string,
  { flag, fields, hint }: StrictFile,
): Promise<Record<string, unknown>> {
  const refuse = (why: string, cause?: unknown) =>
    new UsageError(`Cannot read ${flag} "${path}": ${why}`, { hint, cause });
  const documents = read(await readText(host, path, refuse), refuse);
  if (documents.length !== 1) {
    throw refuse(documents.length === 0 ? "it is empty" : "it has several documents");
  }
  const why = whyNotStrict(documents[0], fields);
  if (why !== undefined) throw refuse(why);
  return documents[0] as Record<string, unknown>;
}

/** Reads a file, or downloads a URL. */
async function readText(
  { files, download }: Pick<Host, "files" | "download">,
  path: string,
  refuse: (why: string, cause?: unknown) => Error,
): Promise<string> {
  const reading = /^https?:\/\//.test(path) ? download(path) : files.readText(path);
  const text = await reading.catch((error) => {
    throw error instanceof FileError ? refuse(error.state, error) : error;
  });
  if (text === undefined) throw refuse("no such file");
  return text;
}

function read(text: string, refuse: (why: string) => UsageError): unknown[] {
  try {
    return parseDocuments(text).filter((document) => document !== null);
  } catch (error) {
    throw refuse(yamlReason(error));
  }
}
