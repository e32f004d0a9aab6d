/** Makes findings of the errors that a check meets. */
import { ExpectedError } from "../../errors.ts";
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
