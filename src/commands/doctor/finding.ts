/** Makes findings of the errors that a check meets, and ends checks that get no answer. */
import { within } from "../../async/limits.ts";
import { ExpectedError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { isStatus } from "../../kube/status.ts";
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

/**
 * Returns the finding for the error of a dry run, or of another request that shows more than a
 * right. If the user lacks that right, it could not be tried: `rights` says what is needed.
 */
export function foundRefusal(check: string, error: unknown): Finding {
  if (!isStatus(error, 403) || !/ cannot \S+ resource /.test(error.status.message ?? "")) {
    return foundError(check, error);
  }
  const why = error.message.replace(/^.*?: /, "").replace(/ \(403 Forbidden\)$/, "");
  return { check, state: "skipped", text: `not tried: ${why}` };
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

export interface Bound {
  readonly check: string;
  /** How long it may take, in milliseconds. */
  readonly ms: number;
  /** Who answers, for the message. */
  readonly asked?: string;
  /** The remedy, if the check ends without an answer. */
  readonly fix?: string;
}

/**
 * Returns the findings of a check, or a failure if they take too long. The promise may be awaited
 * later: until then, an error is not an unhandled one.
 */
export function inTime(
  host: Pick<Host, "clock" | "interrupt">,
  bound: Bound,
  found: Promise<Finding | Finding[]>,
): Promise<Finding[]> {
  const findings = limited(host, bound, found);
  findings.catch(() => {});
  return findings;
}

async function limited(
  { clock, interrupt: signal }: Pick<Host, "clock" | "interrupt">,
  { check, ms, asked, fix = "--verbose shows the requests; is a proxy or VPN between?" }: Bound,
  found: Promise<Finding | Finding[]>,
): Promise<Finding[]> {
  try {
    return [await within(clock, { ms, signal }, found)].flat();
  } catch (error) {
    signal.throwIfAborted();
    const late = foundError(check, error);
    const text = asked === undefined ? late.text : `${asked}: ${late.text}`;
    return [{ ...late, text, fix: late.fix ?? fix }];
  }
}
