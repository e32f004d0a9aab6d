/** The memory that a program takes. */
import type { Ended, Started } from "./process.ts";

const LOOK_MS = 20;

/**
 * Returns the peak memory of a process so far, see proc(5). Undefined if the system does not report
 * it.
 */
export function peakBytes(pid: number): number | undefined {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const [, kibibytes] = /^VmHWM:\s*(\d+) kB/m.exec(status) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

/** Waits for the end of a process, and returns its peak memory until 20 ms before the end. */
export async function endWithPeak(
  { pid, ended }: Started,
): Promise<Ended & { peakBytes?: number }> {
  let peak: number | undefined;
  const timer = setInterval(() => peak = peakBytes(pid) ?? peak, LOOK_MS);
  try {
    return { ...await ended, peakBytes: peak };
  } finally {
    clearInterval(timer);
  }
}
