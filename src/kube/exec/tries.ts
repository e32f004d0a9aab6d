/** Opens an exec by one protocol, in as many tries as may change the answer. */
import { ExpectedError } from "../../errors.ts";
import { ANSWER_TIMEOUT_MS, isTimeout, type Limit, within } from "../limit.ts";
import { execPath } from "../paths.ts";
import { Backoff, isPassing, MOST_RETRIES } from "../retry.ts";
import { isStatus, networkState, StatusError, unreachable } from "../status.ts";
import { ConnectError, type Transport } from "../transport.ts";
import { isUpgradeRequired, named, NotLetThrough, refusalOf } from "./refusals.ts";
import type { Opened, Options, Output } from "./stream.ts";

/** A network that has swallowed an upgrade has used up its time. */
const AFTER_TIMEOUT_MS = 10_000;

/**
 * Tries once. Throws StatusError with the answer of the API server, NotLetThrough, or another error
 * if there is no HTTP answer.
 */
export type TryToOpen = (
  transport: Transport,
  options: Options,
  output: Output,
  signal: AbortSignal,
) => Promise<Opened>;

export interface Tries {
  /** The limit of one try. */
  readonly ms: number;
  /** Whether another protocol follows: then a proxy that refuses this one is not asked again. */
  readonly hasNext: boolean;
  readonly ended: AbortSignal;
}

/**
 * Opens the connection. No command has run by then, so the client tries again
 * - several times if the server is in trouble,
 * - once if there was no answer, but a plain request of the same path gets one: the network is
 *   back, or the transport has renewed its token.
 *
 * Throws NotLetThrough if upgrades are refused, broken off or not answered, or another
 * ClusterError.
 */
export async function openBy(
  tryToOpen: TryToOpen,
  transport: Transport,
  options: Options,
  output: Output,
  { ms, hasNext, ended }: Tries,
): Promise<Opened> {
  const backoff = new Backoff();
  let hasTriedAgain = false;
  for (let tries = 1;; tries++) {
    const opened = await within(
      transport,
      { ms, signals: [ended] },
      (signal) => tryToOpen(transport, options, output, signal),
    ).catch(errorOf);
    if (!(opened instanceof Failure)) return opened;
    ended.throwIfAborted();
    const { error } = opened;
    if (error instanceof NotLetThrough && hasNext) throw error;
    let reason = error instanceof NotLetThrough ? error.cause : error;
    if (isUnanswered(error)) {
      if (hasNext || error instanceof ConnectError) throw asExpected(transport, error);
      const ms = isTimeout(error) ? AFTER_TIMEOUT_MS : ANSWER_TIMEOUT_MS;
      reason = await plainAnswer(transport, options, { ms, signals: [ended] });
      if (isUpgradeRequired(reason)) {
        if (isTimeout(error) || hasTriedAgain) throw asExpected(transport, error, options);
        hasTriedAgain = true;
        continue;
      }
    }
    if (!(reason instanceof StatusError) || !isPassing(reason) || tries > MOST_RETRIES) {
      if (error instanceof NotLetThrough) throw error;
      throw reason instanceof StatusError ? named(transport, options, reason) : reason;
    }
    await transport.delay(backoff.after(reason), ended);
  }
}

class Failure {
  constructor(readonly error: unknown) {}
}

const errorOf = (error: unknown) => new Failure(error);

/** Whether no answer says why. A 401 may be for a token that a plain request renews. */
function isUnanswered(error: unknown): boolean {
  return !(error instanceof ExpectedError) || isStatus(error, 401);
}

/** @param options are given if plain requests do get answers */
function asExpected(transport: Transport, error: unknown, options?: Options): ExpectedError {
  if (error instanceof ExpectedError) return error;
  return options === undefined
    ? unreachable(transport.server, error)
    : new NotLetThrough(transport, options, networkState(error), error);
}

/** Returns what a plain request of the same path is answered with. */
async function plainAnswer(
  transport: Transport,
  options: Options,
  limit: Limit,
): Promise<Error> {
  try {
    return await within(transport, limit, async (signal) => {
      const response = await transport.request(execPath(options), { signal });
      return await refusalOf(transport, options, response);
    });
  } catch (error) {
    for (const signal of limit.signals ?? []) signal?.throwIfAborted();
    return error instanceof ExpectedError ? error : unreachable(transport.server, error);
  }
}
