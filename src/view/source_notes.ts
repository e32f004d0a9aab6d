/** What a person should know of the directory before it is sent. Pure. */
import { formatBytes, formatFiles } from "./text/units.ts";

/** Words, with lines below them that belong to them. */
export interface Note {
  readonly text: string;
  readonly lines?: readonly string[];
}

/** An upload is large from here on. */
export const LARGE_BYTES = 100_000_000;

const SHOWN_PARTS = 5;

/**
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

/** Of more files than are asked for their sizes. */
export function countNote(files: number): Note {
  return { text: `${formatFiles(files)} to upload; --ignore PATTERN leaves out more` };
}

const SHOWN_SECRETS = 5;

/** ".env, id_rsa and 3 more". */
export function someOf(paths: readonly string[]): string {
  const shown = paths.length === SHOWN_SECRETS + 1 ? paths : paths.slice(0, SHOWN_SECRETS);
  const rest = paths.length - shown.length;
  return shown.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

export interface Secrets {
  /** By their names. */
  readonly named: readonly string[];
  /** By what is in them. */
  readonly holding: readonly string[];
}

/** "2 files look like secrets by their names: .env, id_rsa", "1 file has a password or token in it: .npmrc"; undefined for none. */
export function secretsFound({ named, holding }: Secrets): string | undefined {
  const parts: string[] = [];
  if (named.length > 0) {
    const what = named.length === 1
      ? "1 file looks like a secret by its name"
      : `${named.length} files look like secrets by their names`;
    parts.push(`${what}: ${someOf(named)}`);
  }
  if (holding.length > 0) {
    const what = holding.length === 1
      ? "1 file has a password or token in it"
      : `${holding.length} files have a password or token in them`;
    parts.push(`${what}: ${someOf(holding)}`);
  }
  return parts.length === 0 ? undefined : parts.join("; ");
}

export function secretsNote(secrets: Secrets): Note | undefined {
  const found = secretsFound(secrets);
  const hint = "--ignore PATTERN leaves out, --secrets=allow says nothing of it";
  return found === undefined ? undefined : { text: `${found}; ${hint}` };
}
