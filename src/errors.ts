/**
 * The closed family of errors that the user or the cluster causes, each with its exit code. Any
 * other Error is a bug in the program.
 *
 * A message has the form `Cannot <verb> "<thing>": <state found>`. A hint is the next thing to type
 * or do. The code that knows the noun throws the error, and only app.ts prints it.
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

/** The cluster refuses a request, or can't be reached: exit code 3. */
export class ClusterError extends ExpectedError {
  readonly exitCode = 3;
}

/** The upload did not arrive completely: exit code 4. */
export class TransferError extends ExpectedError {
  readonly exitCode = 4;
  /** Whether the connection broke, rather than that the receiver refused the upload. */
  readonly connectionLost: boolean;

  constructor(message: string, options: ErrorOptions & { connectionLost?: boolean } = {}) {
    super(message, options);
    this.connectionLost = options.connectionLost ?? false;
  }
}

/** The output can't be written, for example to a full disk: exit code 5. */
export class OutputError extends ExpectedError {
  readonly exitCode = 5;
}

export const INTERRUPTED_EXIT_CODE = 130;

/** The user interrupted: exit code 130. */
export class Interrupted extends ExpectedError {
  readonly exitCode = INTERRUPTED_EXIT_CODE;
}

/** The exit code of any other error, a bug in the program. */
export const BUG_EXIT_CODE = 70;
