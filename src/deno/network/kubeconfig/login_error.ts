/** Why a source gives no credentials, as the end of a sentence. */
export class LoginError extends Error {
  readonly hint?: string;
  /** Whether a person was asked: then nothing asks again by itself. */
  readonly wasAsked: boolean;

  constructor(
    message: string,
    options: { hint?: string; wasAsked?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.wasAsked = options.wasAsked ?? false;
  }
}
