/** Statistics of repeated measurements. Pure. */

/** A median, and the lowest and highest round. */
export interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Throws for an empty list. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("no median of nothing");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function figure(values: readonly number[]): Figure {
  return { value: median(values), low: Math.min(...values), high: Math.max(...values) };
}

/**
 * Returns the ratio of the medians. Its spread is the spread of the ratios per round, because a
 * disturbance hits both.
 */
export function ratio(ours: readonly number[], theirs: readonly number[]): Figure {
  const { low, high } = figure(ours.map((one, round) => one / theirs[round]));
  return { value: median(ours) / median(theirs), low, high };
}
