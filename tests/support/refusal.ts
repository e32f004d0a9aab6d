/** The text of an error that a test expects, with a check of its class. */
import assert from "node:assert/strict";
import { ExpectedError, UsageError } from "../../src/errors.ts";

type Kind = new (...args: never[]) => ExpectedError;

/** The message, and the hint on a second line if there is one. */
export function refusal(call: () => unknown, kind: Kind = UsageError): string {
  try {
    call();
  } catch (error) {
    return words(error, kind);
  }
  throw new assert.AssertionError({ message: "nothing was refused" });
}

export async function rejection(promise: Promise<unknown>, kind: Kind): Promise<string> {
  const error = await promise.then(
    () => new assert.AssertionError({ message: "nothing was refused" }),
    (error) => error,
  );
  return words(error, kind);
}

function words(error: unknown, kind: Kind): string {
  if (!(error instanceof kind)) throw error;
  return error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
}
