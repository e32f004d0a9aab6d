/**
 * Measures an upload of a profile without a fault, so that a fault can strike at a given share of
 * it. Throws if the upload fails.
 */
import { inject, type TrialOptions } from "./trial.ts";
import type { Injection } from "./injection.ts";
import { judge } from "../report/judge.ts";
import type { Profile } from "./profile.ts";
import type { Measures, Progress } from "./progress.ts";
import { PHASES } from "./phases.ts";

export async function measure(
  profile: Profile,
  setting: Omit<TrialOptions, "measures">,
): Promise<Measures> {
  let progress: Progress | undefined;
  const injection: Injection = {
    number: 0,
    name: `no fault (${profile.name})`,
    profile,
    phase: PHASES.end,
    fault: {
      name: "no fault",
      spot: "answer",
      times: 1,
      codes: () => [0],
      endSeconds: 60,
      strike({ data }, context) {
        progress = context.progress;
        return Promise.resolve(data);
      },
    },
  };
  const observed = await inject(injection, {
    ...setting,
    measures: { stdinBytes: 0, receipts: 0 },
  });
  const problems = judge(injection, observed);
  if (problems.length > 0 || progress === undefined) {
    const texts = problems.map(({ text }) => text).join("; ");
    throw new Error(`${injection.name}: ${texts}\n${observed.stderr}`);
  }
  return { stdinBytes: progress.stdinBytes, receipts: progress.receipts };
}
