/** What a whole upload of a profile comes to, so that a share of it can be struck. Throws where one fails with no fault. */
import { inject, type Setting } from "./inject.ts";
import type { Injection } from "./injection.ts";
import { judge } from "./judge.ts";
import type { Profile } from "./profile.ts";
import type { Measures, Seen } from "./seen.ts";
import { PHASES } from "./phases.ts";

export async function measure(
  profile: Profile,
  setting: Omit<Setting, "measures">,
): Promise<Measures> {
  let seen: Seen | undefined;
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
      strike({ data }, world) {
        seen = world.seen;
        return Promise.resolve(data);
      },
    },
  };
  const observed = await inject(injection, {
    ...setting,
    measures: { stdinBytes: 0, receipts: 0 },
  });
  const problems = judge(injection, observed);
  if (problems.length > 0 || seen === undefined) {
    const texts = problems.map(({ text }) => text).join("; ");
    throw new Error(`${injection.name}: ${texts}\n${observed.stderr}`);
  }
  return { stdinBytes: seen.stdinBytes, receipts: seen.receipts };
}
