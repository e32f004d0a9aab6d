/** Whether another program uses the terminal now, or the program reads it key by key. */

let lent = 0;
let raw = 0;

/** Lends the terminal to another program until `work` has settled. */
export async function lending<T>(work: () => Promise<T>): Promise<T> {
  lent++;
  try {
    return await work();
  } finally {
    lent--;
  }
}

export function isLent(): boolean {
  return lent > 0;
}

/** Marks the terminal as read key by key, until the returned function is called. */
export function readRaw(): () => void {
  raw++;
  return () => void raw--;
}

export function isRaw(): boolean {
  return raw > 0;
}
