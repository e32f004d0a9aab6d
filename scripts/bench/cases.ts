/** All cases in the order in which they run. */
import type { BenchCase } from "./bench_case.ts";
import { again } from "./cases/again.ts";
import { ahead } from "./cases/ahead.ts";
import { base } from "./cases/base.ts";
import { delta } from "./cases/delta.ts";
import { ignored } from "./cases/ignored.ts";
import { large } from "./cases/large.ts";
import { load } from "./cases/load.ts";
import { logs } from "./cases/logs.ts";
import { loop } from "./cases/loop.ts";
import { released } from "./cases/released.ts";
import { slow } from "./cases/slow.ts";
import { small } from "./cases/small.ts";
import { source } from "./cases/source.ts";
import { start } from "./cases/start.ts";

export const CASES: readonly BenchCase[] = [
  source,
  small,
  large,
  slow,
  delta,
  base,
  ignored,
  released,
  start,
  loop,
  ahead,
  again,
  logs,
  load,
];
