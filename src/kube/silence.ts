/** Notices that nothing happens any more. */

interface Delaying {
  delay(ms: number, signal: AbortSignal): Promise<void>;
}

export interface SilenceOptions {
  readonly ms: number;
  readonly signal: AbortSignal;
  /** Whether anything is expected now; without it always. */
  readonly isExpected?: () => boolean;
}

/**
 * Resolves once `sign` has told the same for `ms` milliseconds. It is asked twice in that time, so that
 * a silence is noticed after one to one and a half times as long. Time in which this process is stopped
 * counts as little. Rejects where the signal aborts.
 */
export async function untilSilent(
  source: Delaying,
  { ms, signal, isExpected = () => true }: SilenceOptions,
  sign: () => number | string,
): Promise<void> {
  let before = sign();
  for (let looks = 0; looks < 2;) {
    await source.delay(ms / 2, signal);
    signal.throwIfAborted();
    const now = sign();
    looks = now === before && isExpected() ? looks + 1 : 0;
    before = now;
  }
}
