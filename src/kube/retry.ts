/** AwaitOptions again: what passes by itself, and how long to wait. Pure, but for `retried`. */
import { BrokenAnswer } from "./answers.ts";
import type { Status } from "./interface.ts";
import { StatusError, UnreachableError } from "./status.ts";
import type { Transport } from "./transport.ts";

/** 408 timeout, 429 too many requests, and what a server or a proxy in trouble answers. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 5_000;
/** A server that wants to be left alone for longer is asked all the same after this time. */
const LONGEST_RETRY_AFTER_MS = 30_000;
/** How often an idempotent request is asked again. */
export const MOST_RETRIES = 4;

/** Whether the same request may succeed a little later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof StatusError) return PASSING.has(error.status.code ?? 0);
  return error instanceof UnreachableError;
}

/** The waits between tries: doubled each time, and as long as the server asks for. */
export class Backoff {
  #nextMs = FIRST_BACKOFF_MS;

  /** How long to wait after this error. */
  after(error: unknown): number {
    const ms = this.#nextMs;
    this.#nextMs = Math.min(ms * 2, LONGEST_BACKOFF_MS);
    return Math.max(ms, retryAfter(error));
  }

  reset(): void {
    this.#nextMs = FIRST_BACKOFF_MS;
  }
}

/** What the server asked for, bounded; 0 where it asked for nothing. */
export function retryAfter(error: unknown): number {
  const asked = error instanceof StatusError ? error.retryAfterMs ?? 0 : 0;
  return Math.min(asked, LONGEST_RETRY_AFTER_MS);
}

/**
 * A request that changes nothing, asked again where the server was in trouble or its answer broke off.
 * A server that can't be reached at all is told at once.
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
      const mayPass = error instanceof StatusError ? isPassing(error) : hasBroken(error);
      if (!mayPass || tries === MOST_RETRIES) throw error;
      await transport.delay(backoff.after(error), signal);
    }
  }
}

/** A connection that was there and broke, or an answer that did. */
function hasBroken(error: unknown): boolean {
  if (!(error instanceof UnreachableError)) return false;
  const { cause } = error;
  if (cause instanceof BrokenAnswer) return true;
  return cause instanceof TypeError && !/\(Connect\)|refused|dns|certificate/i.test(String(cause));
}

/**
 * The header Retry-After, as seconds or as a date, which is compared with the answer's own, else what
 * the Status asks for; in milliseconds.
 */
export function retryAfterMs(headers: Headers, { details }: Status): number | undefined {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const ms = Date.parse(text) - Date.parse(headers.get("date") ?? "");
  if (Number.isFinite(ms) && ms > 0) return ms;
  const seconds = details?.retryAfterSeconds;
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : undefined;
}
