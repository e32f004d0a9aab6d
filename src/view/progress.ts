/** The progress of the upload in one line. Pure. */
import { type Printable, printable } from "../printable.ts";
import { formatBytes, formatFiles, formatRate } from "./text/units.ts";
import { fitted } from "./text/width.ts";

export interface Progress {
  readonly files: number;
  readonly bytes: number;
  readonly totalFiles?: number;
  readonly totalBytes?: number;
  readonly elapsedMs: number;
}

const BAR_CELLS = 20;

/**
 * Returns the first line if the totals are known, else the second. To fit `columns`, leaves out
 * the rate, then the files, then the bar.
 *
 *     Sending [#######-------------]  35%  43/123 files, 1.6 MB of 4.5 MB, 11 MB/s
 *     Sending 43 files, 1.6 MB, 11 MB/s
 */
export function renderProgress(progress: Progress, columns: number): Printable {
  const { bytes, totalBytes, elapsedMs } = progress;
  const size = totalBytes === undefined
    ? formatBytes(bytes)
    : `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`;
  const rate = formatRate(bytes, elapsedMs);
  const counts = [
    [fileCount(progress), size, rate],
    [fileCount(progress), size],
    [size],
  ].map((parts) => parts.filter((part) => part !== undefined).join(", "));
  const share = doneShare(progress);
  const lines = share === undefined ? counts.map((count) => `Sending ${count}`) : [
    ...counts.map((count) => `Sending ${bar(share)} ${percent(share)}  ${count}`),
    `Sending ${percent(share)}  ${size}`,
    `Sending ${percent(share)}`,
  ];
  return printable`${
    lines.find((line) => line.length <= columns) ?? fitted(lines.at(-1)!, columns)
  }`;
}

function fileCount({ files, totalFiles }: Progress): string {
  return totalFiles === undefined ? formatFiles(files) : `${files}/${formatFiles(totalFiles)}`;
}

/** Returns the share from 0 to 1. It stays at 1 if the tree grows during the upload. */
function doneShare({ bytes, totalBytes }: Progress): number | undefined {
  if (totalBytes === undefined) return undefined;
  return totalBytes <= 0 ? 1 : Math.min(1, bytes / totalBytes);
}

/** Rounds down, so that 100% means complete. */
function percent(share: number): string {
  return `${Math.floor(share * 100)}%`.padStart(4);
}

function bar(share: number): string {
  const done = Math.floor(share * BAR_CELLS);
  return `[${"#".repeat(done)}${"-".repeat(BAR_CELLS - done)}]`;
}
