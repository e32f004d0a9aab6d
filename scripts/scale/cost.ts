/** The processor time between two readings. Pure. */
import { GROUPS, noSeconds, type Reading, type Seconds } from "./meter.ts";

/** The use of an idle cluster. */
export interface Idle {
  readonly perSecond: Seconds;
}

export function idleOf(before: Reading, after: Reading): Idle {
  const seconds = (after.atMs - before.atMs) / 1000;
  const perSecond = noSeconds();
  for (const group of GROUPS) {
    perSecond[group] = (after.seconds[group] - before.seconds[group]) / seconds;
  }
  return { perSecond };
}

/** Returns processor seconds between the readings, without what an idle cluster uses. */
export function costOf({ perSecond }: Idle, before: Reading, after: Reading): Seconds {
  const seconds = (after.atMs - before.atMs) / 1000;
  const cost = noSeconds();
  for (const group of GROUPS) {
    const used = after.seconds[group] - before.seconds[group];
    cost[group] = used - perSecond[group] * seconds;
  }
  return cost;
}

export function meanOf(costs: readonly Seconds[]): Seconds {
  const mean = noSeconds();
  for (const group of GROUPS) {
    mean[group] = costs.reduce((sum, cost) => sum + cost[group], 0) / costs.length;
  }
  return mean;
}

/** All processes except tkn-dev, which runs on the developer's machine. */
export function clusterSeconds(cost: Seconds): number {
  return GROUPS.reduce((sum, group) => sum + (group === "tkn-dev" ? 0 : cost[group]), 0);
}
