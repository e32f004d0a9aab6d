/** Formats quantities for people. Pure. */

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Formats bytes in powers of 1000, with two digits or more: "0 B", "512 B", "4.5 MB", "123 MB". */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  // 999.5 kB would round to 1000 kB.
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? value.toFixed(1) : value.toFixed(0);
  return `${digits} ${BYTE_UNITS[unit]}`;
}

/** Returns "11 MB/s"; undefined if no time has passed. */
export function formatRate(bytes: number, elapsedMs: number): string | undefined {
  return elapsedMs > 0 ? `${formatBytes(bytes / elapsedMs * 1000)}/s` : undefined;
}

/** Returns "0.4s", "3.2s", "1m4s", or "2h5m". */
export function formatDuration(ms: number): string {
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}

/** Returns whole seconds, rounded down: "4s", "1m4s", "2h5m". */
export function formatSeconds(ms: number): string {
  const all = Math.floor(ms / 1000);
  if (all < 60) return `${all}s`;
  if (all < 3600) return `${Math.floor(all / 60)}m${all % 60}s`;
  return `${Math.floor(all / 3600)}h${Math.floor(all / 60) % 60}m`;
}

/** Returns "1 file", "123 files". */
export function formatFiles(files: number): string {
  return files === 1 ? "1 file" : `${formatCount(files)} files`;
}

/** Returns "999", "8,351". */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
