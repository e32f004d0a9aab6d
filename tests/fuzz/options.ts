/**
 * The options of `deno task fuzz`: [--for TIME] [--seed NUMBER [--path PATH]] [--cluster]
 * [TARGET]... scripts/test_side_by_side.ts adds --shard.
 */
import { parseArgs } from "node:util";
import { parseDuration } from "../../src/cli/values.ts";
import { type Shard, shardFrom } from "../support/shards.ts";

export interface FuzzOptions {
  /** The same seed gives the same inputs. */
  readonly seed: number;
  /** The failing input, as the report of a failure names it. */
  readonly path?: string;
  /** The time for all targets together. Default: each target's number of runs. */
  readonly seconds?: number;
  readonly cluster: boolean;
  /** Names of targets. Empty: all. */
  readonly names: readonly string[];
  readonly shard: Shard;
}

/** CI tries the same inputs each time, so that a failure comes from the change. */
const SEED = 1;

/** Throws TypeError or UsageError. `random` is the new seed for a long search. */
export function readFuzzOptions(argv: string[], random: number): FuzzOptions {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      for: { type: "string" },
      seed: { type: "string" },
      path: { type: "string" },
      cluster: { type: "boolean", default: false },
      shard: { type: "string" },
    },
  });
  const seconds = values.for === undefined ? undefined : parseDuration(values.for, "for");
  const seed = values.seed === undefined
    ? seconds === undefined ? SEED : random
    : Number(values.seed);
  if (!Number.isInteger(seed)) throw new TypeError(`--seed ${values.seed}: no whole number`);
  return {
    seed,
    path: values.path,
    seconds,
    cluster: values.cluster,
    names: positionals,
    shard: shardFrom(argv),
  };
}
