/** The command line of `deno task fuzz`: [--for TIME] [--seed NUMBER [--path PATH]] [--cluster] [TARGET]... */
import { parseArgs } from "node:util";
import { parseDuration } from "../../src/cli/values.ts";

export interface FuzzOptions {
  /** Equal seeds give equal inputs. */
  readonly seed: number;
  /** Leads to the one input that failed, as the report of the failure names it. */
  readonly path?: string;
  /** Of all targets together; undefined: as many runs as each has. */
  readonly seconds?: number;
  readonly cluster: boolean;
  /** Names of targets; empty: all. */
  readonly names: readonly string[];
}

/** CI tries the same inputs each time, so that a failure is the change's. */
const SEED = 1;

/** Throws TypeError or UsageError. `random` is the seed of a long search, a new one each time. */
export function readFuzzOptions(argv: string[], random: number): FuzzOptions {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      for: { type: "string" },
      seed: { type: "string" },
      path: { type: "string" },
      cluster: { type: "boolean", default: false },
    },
  });
  const seconds = values.for === undefined ? undefined : parseDuration(values.for, "for");
  const seed = values.seed === undefined
    ? seconds === undefined ? SEED : random
    : Number(values.seed);
  if (!Number.isInteger(seed)) throw new TypeError(`--seed ${values.seed}: no whole number`);
  return { seed, path: values.path, seconds, cluster: values.cluster, names: positionals };
}
