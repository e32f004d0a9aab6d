/** Whether the terminal is another program's for now, or read key by key: then nothing of ours is drawn, or asked. */

let lent = 0;
let raw = 0;

/** The terminal is somebody else's until `work` has settled. */
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

/** It is read key by key until what is returned is called. */
export function readRaw(): () => void {
  raw++;
  return () => void raw--;
}

export function isRaw(): boolean {
  return raw > 0;
}
