/** Makes findings of the errors that a check meets, and ends checks that get no answer. */
import { within } from "../../async/limits.ts";
import { ExpectedError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { Finding, FindingState } from "../../view/findings.ts";

/** Returns the finding for an error that the user or the cluster causes. Rethrows any other. */
export function foundError(
  check: string,
  error: unknown,
  state: FindingState = "failure",
): Finding {
  if (!(error instanceof ExpectedError)) throw error;
  return { check, state, text: error.message, fix: error.hint };
}

/** Runs a check whose expected errors are its finding. */
export async function finding(
  check: string,
  find: () => Promise<Omit<Finding, "check">>,
): Promise<Finding> {
  try {
    return { check, ...await find() };
  } catch (error) {
    return foundError(check, error);
  }
}

/** A check, and how long it may take, in milliseconds. */
export interface Bound {
  readonly check: string;
  readonly ms: number;
}

/** Returns the findings of a check, or a failure if they take too long. */
export async function inTime(
  { clock, interrupt: signal }: Pick<Host, "clock" | "interrupt">,
  { check, ms }: Bound,
  found: Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    return await within(clock, { ms, signal }, found);
  } catch (error) {
    signal.throwIfAborted();
    const late = foundError(check, error);
    return [{
      ...late,
      fix: late.fix ?? "--verbose shows the requests; is a proxy or VPN between?",
    }];
  }
}
