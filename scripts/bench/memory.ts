/** How much memory a program takes. */
import type { Ended, Started } from "./process.ts";

const LOOK_MS = 20;

/** The most that a process had so far: see proc(5). Undefined where the system does not tell. */
export function peakBytes(pid: number): number | undefined {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const [, kibibytes] = /^VmHWM:\s*(\d+) kB/m.exec(status) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

/** The end of a process, and the most memory that it had: as of its last 20 milliseconds. */
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
