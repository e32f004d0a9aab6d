/** Notes about the local directory, shown before the upload: its size, and secrets in it. Pure. */
import { formatBytes, formatFiles } from "./text/units.ts";

/** A sentence, and lines that are shown indented below it. */
export interface Note {
  readonly text: string;
  readonly lines?: readonly string[];
}

/** Larger uploads get a note with their largest parts. */
export const LARGE_BYTES = 100_000_000;

const SHOWN_PARTS = 5;

/**
 * Returns a note with the largest parts of the upload:
 *
 *     1.2 GB in 12,345 files to upload; --ignore PATTERN leaves out more
 *       800 MB  data/models/
 *       300 MB  assets/
 *        50 MB  elsewhere
 */
export function sizeNote(
  sizes: {
    readonly files: number;
    readonly bytes: number;
    readonly parts: readonly { path: string; bytes: number }[];
  },
): Note {
  const { files, bytes, parts } = sizes;
  const shown = parts.length === SHOWN_PARTS + 1 ? parts : parts.slice(0, SHOWN_PARTS);
  const rest = shown.reduce((left, part) => left - part.bytes, bytes);
  const rows = shown.map((part) => [formatBytes(part.bytes), part.path]);
  if (parts.length > shown.length) rows.push([formatBytes(rest), "elsewhere"]);
  const width = Math.max(0, ...rows.map(([size]) => size.length));
  return {
    text: `${formatBytes(bytes)} in ${
      formatFiles(files)
    } to upload; --ignore PATTERN leaves out more`,
    lines: rows.map(([size, path]) => `${size.padStart(width)}  ${path}`),
  };
}

/** Returns the note for an upload with too many files to measure. */
export function countNote(files: number): Note {
  return { text: `${formatFiles(files)} to upload; --ignore PATTERN leaves out more` };
}

const SHOWN_PATHS = 5;

/** Returns ".env, id_rsa and 3 more". */
export function firstPaths(paths: readonly string[]): string {
  const shown = paths.length === SHOWN_PATHS + 1 ? paths : paths.slice(0, SHOWN_PATHS);
  const rest = paths.length - shown.length;
  return shown.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

export interface Secrets {
  /** Paths that are secrets by their names. */
  readonly named: readonly string[];
  /** Paths of files with a password or token in them. */
  readonly holding: readonly string[];
}

/** Returns "1 file looks like a secret by its name: .env", and likewise by contents. */
export function secretsFound({ named, holding }: Secrets): string | undefined {
  const parts: string[] = [];
  if (named.length > 0) {
    const what = named.length === 1
      ? "1 file looks like a secret by its name"
      : `${named.length} files look like secrets by their names`;
    parts.push(`${what}: ${firstPaths(named)}`);
  }
  if (holding.length > 0) {
    const what = holding.length === 1
      ? "1 file has a password or token in it"
      : `${holding.length} files have a password or token in them`;
    parts.push(`${what}: ${firstPaths(holding)}`);
  }
  return parts.length === 0 ? undefined : parts.join("; ");
}

export function secretsNote(secrets: Secrets): Note | undefined {
  const found = secretsFound(secrets);
  const hint = "to leave out: --ignore PATTERN; to hide this note: --secrets=allow";
  return found === undefined ? undefined : { text: `${found}; ${hint}` };
}
