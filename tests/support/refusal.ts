/** The words of an error of the expected class, for tests. */
import assert from "node:assert/strict";
import { ExpectedError, UsageError } from "../../src/errors.ts";

type Kind = new (...args: never[]) => ExpectedError;

/** Its message, and its hint in a second line where it has one. */
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
