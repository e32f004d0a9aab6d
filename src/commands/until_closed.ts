/** For commands whose work is what they print. */

/** What `work` returns; 0 where it was ended because nobody reads stdout any more. */
export async function untilClosed(
  closed: AbortSignal,
  work: (closed: AbortSignal) => Promise<number>,
): Promise<number> {
  const gone = Promise.withResolvers<number>();
  const end = () => gone.resolve(0);
  closed.addEventListener("abort", end, { once: true });
  try {
    const working = work(closed);
    working.catch(() => {}); // ended by the abort, it is of no interest
    return await Promise.race([working, gone.promise]);
  } finally {
    closed.removeEventListener("abort", end);
  }
}
