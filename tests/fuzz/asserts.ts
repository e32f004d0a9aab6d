/** Assertions that several targets share. */
import assert from "node:assert/strict";
import { ExpectedError } from "../../src/errors.ts";
import type { ExecResult } from "../../src/kube/interface.ts";

/** A path from a cluster must be relative, stay below its base, and have no newline or NUL. */
export function assertBelow(path: string): void {
  const components = path.split("/");
  assert.ok(!components.includes(".."), `leads up: ${JSON.stringify(path)}`);
  assert.ok(!path.startsWith("/"), `absolute: ${JSON.stringify(path)}`);
  assert.ok(!/[\0\n]/.test(path), `NUL or newline: ${JSON.stringify(path)}`);
  assert.ok(
    path !== "" && components.some((one) => one !== "" && one !== "."),
    `the directory itself: ${JSON.stringify(path)}`,
  );
}

export function assertCount(value: number, what: string): void {
  assert.ok(Number.isSafeInteger(value) && value >= 0, `${what} is ${value}`);
}

/** Returns the value, or undefined for a documented error. Throws any other error. */
export async function orRefused<T>(call: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    assert.match(error.message, /\S/);
    return undefined;
  }
}

/** Throws unless a command has ended with a message, and at most an exit code of a process. */
export function assertExecResult({ exitCode, message }: ExecResult): void {
  assert.equal(typeof message, "string");
  assert.ok(
    exitCode === undefined || Number.isInteger(exitCode) && exitCode >= 0 && exitCode <= 255,
    `its exit code is ${exitCode}`,
  );
}
