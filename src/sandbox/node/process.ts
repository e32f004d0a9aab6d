/** One local process in its own session, so that all its children end with it. */
import type { Terminal } from "./terminal.ts";

export interface ProcessOptions {
  /** Host path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly directory: string;
  /** Without it stdin is /dev/null. */
  readonly stdin?: boolean;
  /** Set if the program makes a terminal. */
  readonly terminal?: Terminal;
}

export interface Exit {
  /** Undefined if a signal ended the process. */
  readonly code?: number;
  readonly signal?: string;
}

/**
 * After the process has ended, this is the longest wait for more of an output that a stray child
 * holds open.
 */
const STRAY_OUTPUT_MS = 250;
/** The time from TERM to KILL: a container's grace period, which is 30 s on a cluster. */
const GRACE_MS = 1_000;

export class Process {
  readonly ended: Promise<Exit>;
  readonly stdin?: WritableStreamDefaultWriter<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly terminal?: Terminal;
  readonly #pid: number;
  #over = false;

  /** Throws if the system cannot start it. */
  constructor(options: ProcessOptions) {
    const child = new Deno.Command(options.program, {
      args: [...options.args],
      env: options.env,
      clearEnv: true,
      cwd: options.directory,
      stdin: options.stdin ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    this.#pid = child.pid;
    this.terminal = options.terminal;
    if (options.stdin) this.stdin = child.stdin.getWriter();
    this.ended = child.status.then(({ code, signal }) => {
      this.#signal("SIGKILL"); // ends its children too, as the end of a container does
      this.#over = true;
      return signal === null ? { code } : { signal };
    });
    const output = untilStray(child.stdout, this.ended);
    this.stdout = this.terminal === undefined
      ? output
      : output.pipeThrough(this.terminal.firstLineFilter);
    this.stderr = untilStray(child.stderr, this.ended);
  }

  get isOver(): boolean {
    return this.#over;
  }

  kill(): void {
    this.#signal("SIGKILL");
  }

  /** Sends TERM, and KILL if the process does not end. */
  async terminate(): Promise<void> {
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.kill(), GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #signal(signal: Deno.Signal): void {
    if (this.#over) return; // the system may have given its id to another process
    const leader = this.terminal?.leader;
    // A shell on a terminal ignores SIGTERM.
    if (leader !== undefined) signalGroup(leader, signal === "SIGTERM" ? "SIGHUP" : signal);
    signalGroup(this.#pid, signal);
  }
}

function signalGroup(leader: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-leader, signal);
  } catch {
    // The whole group has ended already.
  }
}

/** Returns a stream that ends even if a child that left the session keeps the pipe open. */
export function untilStray(
  source: ReadableStream<Uint8Array>,
  ended: Promise<unknown>,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let [isReading, hasEnded] = [false, false];
  // Only a wait for more has a limit: a slow reader may take its time for what is there.
  const limit = () => {
    clearTimeout(timer);
    if (!isReading || !hasEnded) return;
    timer = setTimeout(() => void reader.cancel().catch(() => {}), STRAY_OUTPUT_MS);
  };
  void ended.then(() => {
    hasEnded = true;
    limit();
  });
  return new ReadableStream({
    async pull(controller) {
      isReading = true;
      limit();
      const { done, value } = await reader.read();
      isReading = false;
      limit();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      isReading = false;
      limit();
      await reader.cancel(reason);
    },
  });
}
