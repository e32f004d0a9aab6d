/**
 * The keys that are typed at the terminal, in a way that can be stopped. A read of ours that waits can't
 * be taken back: the next key would go to it, whoever has the terminal by then. So a child reads, `cat`,
 * which can be killed at any time.
 */

export interface Keys {
  /** Ends when the signal aborts: what was typed by then and not yet read from here is dropped. */
  readonly stream: ReadableStream<Uint8Array>;
  /**
   * Resolves after the abort once nobody reads. In the moment until then the reader may still take what
   * is typed: a program that types as soon as it is asked to is that fast.
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

/** Undefined where there is no such program. */
function startCat(): Cat | undefined {
  const cat = start("cat", { stdin: "inherit", stdout: "piped" });
  if (cat === undefined) return undefined;
  // If we are killed, the pipe to it ends and it kills `cat`, which else would take one more key.
  const args = ["-c", 'read -r _; kill -9 "$1"', "sh", String(cat.pid)];
  const watchdog = start("sh", { args, stdin: "piped", stdout: "null" });
  return {
    stdout: cat.stdout,
    ended: cat.status.then(() => {}),
    [Symbol.dispose]() {
      kill(cat);
      if (watchdog === undefined) return;
      kill(watchdog); // before it sees the end of its stdin
      watchdog.stdin.close().catch(() => {});
    },
  };
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
    if (!(error instanceof TypeError)) throw error; // it has ended already
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

/** A paste comes in pieces. */
const KEYS_BYTES = 16_384;

/** Where there is no `cat`: the key after the end is lost. */
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
