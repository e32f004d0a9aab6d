/** Dry runs: the server checks an object as if it were created. */
import type { Kube } from "../../kube/interface.ts";
import { isStatus, type StatusError } from "../../kube/status.ts";
import type { Finding } from "../../view/findings.ts";

/**
 * Returns why admission refuses an object, from the message of its error: the words after
 * `pods "tkn-dev-doctor-x7k2p" is forbidden: `.
 */
export function admissionText(message: string): string {
  return message.replace(/^.*? is forbidden: /s, "");
}

/** Whether a quota has no room for an object. */
export function isOverQuota(error: unknown): error is StatusError {
  return isStatus(error, 403) && /exceeded quota/.test(error.message);
}

/** Returns the finding for that. `fix` is what helps besides a larger quota. */
export function overQuota(
  { namespace }: Kube,
  { check, text, fix }: { readonly check: string; readonly text: string; readonly fix: string },
): Finding {
  return {
    check,
    state: "failure",
    text,
    fix: `${fix}, or ask for a larger quota; what uses it:`,
    command: `kubectl describe quota -n ${namespace}`,
  };
}

/** The start of the names of objects that the server only checks. */
export const DRY_RUN_NAME = "tkn-dev-doctor-";
