/** What a person should know of the directory before it is sent. Pure. */
import { formatBytes, formatFiles } from "./units.ts";

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
function someOf(paths: readonly string[]): string {
  const shown = paths.length === SHOWN_SECRETS + 1 ? paths : paths.slice(0, SHOWN_SECRETS);
  const rest = paths.length - shown.length;
  return shown.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** "2 files look like secrets by their names: .env, id_rsa". */
export function secretsFound(paths: readonly string[]): string {
  const what = paths.length === 1
    ? "1 file looks like a secret by its name"
    : `${paths.length} files look like secrets by their names`;
  return `${what}: ${someOf(paths)}`;
}

export function secretsNote(paths: readonly string[]): Note {
  const hint = "--ignore PATTERN leaves out, --secrets=allow says nothing of it";
  return { text: `${secretsFound(paths)}; ${hint}` };
}
