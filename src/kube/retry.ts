/** Retries: which failures are temporary, and how long to wait. Pure, except for `retried`. */
import type { Status } from "./interface.ts";
import { isTimeout } from "./limit.ts";
import { RenewalError, StatusError, UnreachableError } from "./status.ts";
import { ConnectError, type Transport } from "./transport.ts";

/** 408 timeout, 429 too many requests, and the codes of a server or proxy in trouble. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 5_000;
/** The longest wait that a server may ask for. */
const LONGEST_RETRY_AFTER_MS = 30_000;
/** How often the client retries a request that changes nothing. */
export const MOST_RETRIES = 4;

/** Whether the same request may succeed later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof StatusError) return PASSING.has(error.status.code ?? 0);
  return error instanceof UnreachableError || error instanceof RenewalError;
}

/**
 * The waits between tries: each is twice as long as the one before, or as long as the server asks.
 */
export class Backoff {
  #nextMs = FIRST_BACKOFF_MS;

  /** Returns how long to wait after this error, in milliseconds. */
  after(error: unknown): number {
    const ms = this.#nextMs;
    this.#nextMs = Math.min(ms * 2, LONGEST_BACKOFF_MS);
    return Math.max(ms, retryAfter(error));
  }

  reset(): void {
    this.#nextMs = FIRST_BACKOFF_MS;
  }
}

/** Returns the wait that the server asks for, bounded; 0 if it asks for none. */
export function retryAfter(error: unknown): number {
  const asked = error instanceof StatusError ? error.retryAfterMs ?? 0 : 0;
  return Math.min(asked, LONGEST_RETRY_AFTER_MS);
}

/**
 * Sends a request that changes nothing, and retries it if the server is in trouble or the answer
 * breaks off. If the server can't be reached at all, it throws at once.
 */
export async function retried<T>(
  transport: Pick<Transport, "delay">,
  signal: AbortSignal,
  ask: () => Promise<T>,
): Promise<T> {
  const backoff = new Backoff();
  for (let tries = 0;; tries++) {
    try {
      return await ask();
    } catch (error) {
      const hasAnswer = error instanceof StatusError || error instanceof RenewalError;
      const mayPass = hasAnswer ? isPassing(error) : hasBroken(error);
      if (!mayPass || tries === MOST_RETRIES) throw error;
      await transport.delay(backoff.after(error), signal);
    }
  }
}

/** Whether an open connection, or an answer, broke off. */
function hasBroken(error: unknown): boolean {
  if (!(error instanceof UnreachableError)) return false;
  const { cause } = error;
  return cause instanceof Error && !(cause instanceof ConnectError) && !isTimeout(cause);
}

/**
 * Returns the wait in milliseconds that the header Retry-After asks for, in seconds or as a date
 * relative to the date of the answer, or else the Status.
 */
export function retryAfterMs(headers: Headers, { details }: Status): number | undefined {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const ms = Date.parse(text) - Date.parse(headers.get("date") ?? "");
  if (Number.isFinite(ms) && ms > 0) return ms;
  const seconds = details?.retryAfterSeconds;
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : undefined;
}
