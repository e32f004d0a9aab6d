/** Commands that end with success once stdout has no reader: `tkn-dev pr logs RUN | head`. */

/** Returns the exit code of `work`, or 0 once `closed` aborts. */
export async function untilClosed(
  closed: AbortSignal,
  work: (closed: AbortSignal) => Promise<number>,
): Promise<number> {
  const gone = Promise.withResolvers<number>();
  const end = () => gone.resolve(0);
  closed.addEventListener("abort", end, { once: true });
  try {
    const working = work(closed);
    working.catch(() => {}); // the abort may have ended it
    return await Promise.race([working, gone.promise]);
  } finally {
    closed.removeEventListener("abort", end);
  }
}
