/** What is said of numbers that were measured several times. Pure. */

/** A median, and between what the single rounds were. */
export interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Throws where there is nothing. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("no median of nothing");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function figure(values: readonly number[]): Figure {
  return { value: median(values), low: Math.min(...values), high: Math.max(...values) };
}

/** The ratio of the medians; its spread is that of the rounds' own ratios, for what disturbs one disturbs both. */
export function ratio(ours: readonly number[], theirs: readonly number[]): Figure {
  const { low, high } = figure(ours.map((one, round) => one / theirs[round]));
  return { value: median(ours) / median(theirs), low, high };
}
