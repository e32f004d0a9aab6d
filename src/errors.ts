/**
 * The closed family of errors that are the user's or the cluster's, not ours: each knows its exit code.
 *
 * A message has the form `Cannot <verb> "<thing>": <state found>`, a hint is the next thing to type or do.
 * They are thrown where the noun is known and printed in app.ts alone. Any other Error is a bug.
 */
export interface ErrorOptions {
  readonly hint?: string;
  readonly cause?: unknown;
}

export abstract class ExpectedError extends Error {
  abstract readonly exitCode: number;
  readonly hint?: string;

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = this.constructor.name;
    this.hint = options.hint;
  }
}

/** The command line or the kubeconfig is wrong: exit code 2. */
export class UsageError extends ExpectedError {
  readonly exitCode = 2;
}

/** The cluster says no, or can't be reached: exit code 3. */
export class ClusterError extends ExpectedError {
  readonly exitCode = 3;
}

/** The tree did not arrive, or did not arrive whole: exit code 4. */
export class TransferError extends ExpectedError {
  readonly exitCode = 4;
  /** The other side did not say no: it was cut off, or it is gone. */
  readonly connectionLost: boolean;

  constructor(message: string, options: ErrorOptions & { connectionLost?: boolean } = {}) {
    super(message, options);
    this.connectionLost = options.connectionLost ?? false;
  }
}

/** What it has to say can't be written, for the disk is full, say: exit code 5. */
export class OutputError extends ExpectedError {
  readonly exitCode = 5;
}

export const INTERRUPTED_EXIT_CODE = 130;

/** The user interrupted: exit code 130. */
export class Interrupted extends ExpectedError {
  readonly exitCode = INTERRUPTED_EXIT_CODE;
}

/** The exit code of an error that is none of the above: a bug of ours. */
export const BUG_EXIT_CODE = 70;
