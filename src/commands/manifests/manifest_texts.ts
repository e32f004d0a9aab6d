/** Reads the YAML files that -f names: a file, a directory, a URL, or - for stdin. */
import { UsageError } from "../../errors.ts";
import { FileError, type Host } from "../../host.ts";

/** A file's text, and its name for messages. */
export interface ManifestText {
  readonly path: string;
  readonly text: string;
  /** Whether the user named a directory that has it. */
  readonly isOfDirectory: boolean;
}

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_FILES = 1_000;
const DEEPEST = 10;

type Reader = Pick<Host, "files" | "terminal" | "download">;

/** Throws UsageError for what cannot be read, is too large, or has no YAML file. */
export async function readManifestTexts(host: Reader, path: string): Promise<ManifestText[]> {
  if (path === "-") return [textOf(path, await readFile(host, path))];
  if (/^https?:\/\//.test(path)) {
    return [textOf(path, await reading(path, host.download(path)))];
  }
  const stat = await reading(path, host.files.stat(path));
  if (stat?.kind !== "directory") return [textOf(path, await readFile(host, path))];
  const found = await manifestsIn(host, path.replace(/(?<=.)\/+$/, ""));
  if (found.length === 0) {
    throw new UsageError(`Cannot read "${path}": it has no .yaml, .yml or .json file`);
  }
  return found;
}

/** Reads the YAML files of a directory and the directories below, by name, without hidden ones. */
export async function manifestsIn(host: Reader, directory: string): Promise<ManifestText[]> {
  const paths: string[] = [];
  const walk = async (at: string, depth: number): Promise<void> => {
    const entries = await reading(at, host.files.list(at));
    for (const { name, kind } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      if (name.startsWith(".")) continue;
      if (kind === "directory" && depth < DEEPEST) await walk(`${at}/${name}`, depth + 1);
      if (/\.(ya?ml|json)$/.test(name) && (kind === "file" || kind === "symlink")) {
        paths.push(`${at}/${name}`);
      }
      if (paths.length > MOST_FILES) {
        throw new UsageError(`Cannot read "${directory}": it has more than ${MOST_FILES} files`, {
          hint: "name the files with -f",
        });
      }
    }
  };
  await walk(directory, 0);
  const found: ManifestText[] = [];
  for (const path of paths) {
    const text = await readFile(host, path);
    found.push({ ...textOf(path, text), isOfDirectory: true });
  }
  return found;
}

/** Reads one file of limited size, - for stdin. */
export async function readFile(
  { files, terminal }: Pick<Host, "files" | "terminal">,
  path: string,
): Promise<string> {
  if (path === "-") return textOf(path, await reading(path, terminal.input())).text;
  const stat = await reading(path, files.stat(path));
  if (stat === undefined) throw new UsageError(`Cannot read "${path}": no such file`);
  if (stat.kind === "directory") throw new UsageError(`Cannot read "${path}": it is a directory`);
  if (stat.sizeBytes > MOST_BYTES) throw tooLong(path);
  const text = await reading(path, files.readText(path));
  if (text === undefined) throw new UsageError(`Cannot read "${path}": no such file`);
  return text;
}

function textOf(path: string, text: string): ManifestText {
  if (text.length > MOST_BYTES) throw tooLong(path);
  return { path, text, isOfDirectory: false };
}

function tooLong(path: string): UsageError {
  return new UsageError(`Cannot read "${path}": it is longer than 4 MiB`);
}

async function reading<T>(path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new UsageError(`Cannot read "${path}": ${error.state}`, { cause: error });
  }
}
