/** Notices silence. */

interface Delaying {
  delay(ms: number, signal: AbortSignal): Promise<void>;
}

export interface SilenceOptions {
  readonly ms: number;
  readonly signal: AbortSignal;
  /** Whether anything is expected now. By default something always is. */
  readonly isExpected?: () => boolean;
}

/**
 * Resolves once `sign` has returned the same value for `ms` milliseconds. It is called twice in
 * that time, so a silence is noticed after 1 to 1.5 times as long. Time in which this process is
 * stopped counts little. Rejects if the signal aborts.
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
