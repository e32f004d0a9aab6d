/**
 * Runs each target as a test, first with its corpus, then with random inputs: `deno task fuzz`.
 *
 * The same seed gives the same inputs. A failure prints the shortest failing input that was found,
 * and the command that tries it again. An input that was fixed is added to the target's file in
 * corpus/.
 */
// shards: 3
import assert from "node:assert/strict";
import { partOf } from "../support/shards.ts";
import { missing } from "../support/tools.ts";
import { readFuzzOptions } from "./options.ts";
import { type AnyTarget, fc } from "./target.ts";
import { TARGETS } from "./targets.ts";

/**
 * Far longer than any input takes, unless its time grows faster than its length or it never ends.
 */
const LIMIT_MS = 20_000;

const options = readFuzzOptions(Deno.args, Date.now() % 1_000_000);
const chosen = partOf(options.shard, choose(options.names));
const msEach = options.seconds === undefined ? undefined : options.seconds * 1000 / chosen.length;

for (const target of chosen) {
  const lacking = missing(...target.needs ?? []);
  const why = lacking.length === 0 ? "" : ` (needs ${lacking.join(", ")}, not on this machine)`;
  Deno.test({
    name: `${target.name}: ${target.claim} (--seed ${options.seed})${why}`,
    ignore: why !== "" || target.needsCluster === true && !options.cluster,
    permissions: target.permissions ?? "none",
    fn: () => fuzz(target),
  });
}

function choose(names: readonly string[]): AnyTarget[] {
  const unknown = names.find((name) => !TARGETS.some((target) => target.name === name));
  if (unknown !== undefined) {
    const known = TARGETS.map(({ name }) => name).join(", ");
    throw new TypeError(`no target "${unknown}": there are ${known}`);
  }
  return TARGETS.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function fuzz(target: AnyTarget): Promise<void> {
  if (options.path === undefined) await checkCorpus(target);
  const property = fc.asyncProperty(target.inputs, (input) => checkInTime(target, input));
  const details = await fc.check(property, {
    seed: options.seed,
    path: options.path,
    numRuns: msEach === undefined ? target.runs : Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: msEach,
  });
  if (!details.failed) return;
  const { counterexample, counterexamplePath, errorInstance, numRuns, numShrinks } = details;
  const again = `deno task fuzz ${target.name} --seed ${details.seed} --path ${
    counterexamplePath ?? ""
  }`;
  throw new Error(
    `after ${numRuns} inputs, made shorter ${numShrinks} times: ${shown(counterexample?.[0])}\n` +
      `Again: ${again}`,
    { cause: errorInstance },
  );
}

async function checkCorpus(target: AnyTarget): Promise<void> {
  for (const { what, input } of target.corpus) {
    try {
      await checkInTime(target, input);
    } catch (error) {
      throw new Error(`kept input "${what}": ${shown(input)}`, { cause: error });
    }
  }
}

async function checkInTime(target: AnyTarget, input: unknown): Promise<void> {
  const start = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    await Promise.race([late, target.check(input)]);
  } finally {
    clearTimeout(timer);
  }
  const tookMs = Math.round(performance.now() - start);
  assert.ok(tookMs < LIMIT_MS, `it took ${tookMs} ms`);
}

/** Formats an input as in a corpus. A very long one is cut. */
function shown(input: unknown): string {
  const text = fc.stringify(input);
  const json = JSON.stringify(input) ?? text;
  return json.length > 4000 ? `${json.slice(0, 4000)}… (${json.length} characters)` : json;
}
