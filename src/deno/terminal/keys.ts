/**
 * Reads the keys of the terminal until it is stopped. A pending read of Deno can't be cancelled: it
 * would take the next key even from another program. So a child process reads, `cat`, which can be
 * killed.
 */

export interface Keys {
  /** Ends when the signal aborts, and drops keys that are not read by then. */
  readonly stream: ReadableStream<Uint8Array>;
  /**
   * Resolves after the abort, once the child has ended. Until then it may still take a key: a
   * program that answers a prompt at once is that fast.
   */
  readonly ended: Promise<void>;
}

export function terminalKeys(over: AbortSignal): Keys {
  const cat = Deno.build.os === "windows" ? undefined : startCat();
  if (cat === undefined) return { stream: ownKeys(over), ended: Promise.resolve() };
  return { stream: keysOf(cat, over), ended: cat.ended };
}

interface Cat extends Disposable {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly ended: Promise<void>;
}

/** Returns undefined if there is no such program. */
function startCat(): Cat | undefined {
  const cat = start("cat", { stdin: "inherit", stdout: "piped" });
  if (cat === undefined) return undefined;
  // If this program is killed, its pipe ends and the watchdog kills `cat`, which would take one
  // more key.
  const args = ["-c", 'read -r _; kill -9 "$1"', "sh", String(cat.pid)];
  const watchdog = start("sh", { args, stdin: "piped", stdout: "null" });
  return {
    stdout: byThread(cat),
    ended: cat.status.then(() => {}),
    [Symbol.dispose]() {
      kill(cat);
      if (watchdog === undefined) return;
      kill(watchdog); // before it sees the end of its stdin
      watchdog.stdin.close().catch(() => {});
    },
  };
}

/**
 * Returns the stdout of a child as a file, which a separate thread reads. While a connection
 * brings bytes without a pause, Deno (2.9.6) looks at other streams once in 61 rounds, so that keys
 * would wait for seconds. Where that file can't be opened, returns the stream.
 */
function byThread({ pid, stdout }: Deno.ChildProcess): ReadableStream<Uint8Array> {
  try {
    const file = Deno.openSync(`/proc/${pid}/fd/1`);
    stdout.cancel().catch(() => {});
    return file.readable;
  } catch {
    return stdout;
  }
}

function start(program: string, options: Deno.CommandOptions): Deno.ChildProcess | undefined {
  try {
    return new Deno.Command(program, { ...options, stderr: "null" }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the child has ended
  }
}

function keysOf(cat: Cat, over: AbortSignal): ReadableStream<Uint8Array> {
  const reader = cat.stdout.getReader();
  const stop = () => {
    cat[Symbol.dispose]();
    return reader.cancel();
  };
  over.addEventListener("abort", stop, { once: true });
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done && !over.aborted) return controller.enqueue(value);
      await stop();
      controller.close();
    },
    cancel: stop,
  }, { highWaterMark: 0 });
}

/** The buffer for one read: a paste may take several. */
const KEYS_BYTES = 16_384;

/** Reads without `cat`. The first key after the end is lost. */
function ownKeys(over: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const buffer = new Uint8Array(KEYS_BYTES);
      const count = await Deno.stdin.read(buffer);
      if (over.aborted || count === null) controller.close();
      else controller.enqueue(buffer.subarray(0, count));
    },
  }, { highWaterMark: 0 });
}
