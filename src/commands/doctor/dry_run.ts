/** Dry runs: the server checks an object as if it were created. */

/**
 * Returns why admission refuses an object, from the message of its error: the words after
 * `pods "tkn-dev-doctor-x7k2p" is forbidden: `.
 */
export function admissionText(message: string): string {
  return message.replace(/^.*? is forbidden: /s, "");
}

/** The start of the names of objects that the server only checks. */
export const DRY_RUN_NAME = "tkn-dev-doctor-";
