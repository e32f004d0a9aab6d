/** Go's durations: "1h30m", "10s", "1.5s"; "0" means no limit. */
const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Undefined for no limit. */
export function durationMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  const sum = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit], 0);
  return sum === 0 ? undefined : sum;
}

/** Formats `90000` as "1m30s", like Go. */
export function formatDuration(ms: number): string {
  const seconds = (ms % 60_000) / 1000;
  const minutes = Math.floor(ms / 60_000) % 60;
  const hours = Math.floor(ms / 3_600_000);
  if (ms < 1000) return `${ms}ms`;
  return (hours ? `${hours}h` : "") + (hours || minutes ? `${minutes}m` : "") + `${seconds}s`;
}
