/**
 * A Host in memory. It keeps what the program writes to the terminal, and the test moves its clock.
 */
import {
  type Clock,
  type ConnectOptions,
  FileError,
  type Host,
  type KubeContext,
  type ProgramOutput,
  type RawTerminal,
  type RequestOptions,
  type RunOptions,
  type State,
  type Terminal,
  type WebAnswer,
} from "../../src/host.ts";
import type { Kube, TerminalSize } from "../../src/kube/interface.ts";
import { MemoryFiles } from "./memory_files.ts";
import { turn } from "./fake_transport.ts";

export class FakeTerminal implements Terminal {
  isTerminal = { stdin: false, stdout: false, stderr: false };
  isPiped = false;
  stdout = "";
  stderr = "";
  width = 80;

  stdin = "";
  /** The input of each raw mode in turn; after these it is `stdin`. */
  readonly turns: string[] = [];
  /** The keys of raw modes, each of these in a separate read, in place of `stdin`. */
  reads: string[] = [];
  /** Whether the terminal is in raw mode now. */
  isRaw = false;
  size: TerminalSize = { columns: 80, rows: 24 };
  /** Whether keys come only from `type`, and never end. */
  isTyped = false;
  #typed: ReadableStreamDefaultController<Uint8Array> | undefined;

  /** Types keys in one read, and waits until the program has handled them. */
  async type(keys: string): Promise<void> {
    this.#typed!.enqueue(new TextEncoder().encode(keys));
    for (let turns = 0; turns < 3; turns++) await turn();
  }

  #resized = Promise.withResolvers<void>();

  /** Sets the width, and waits until the program has handled it. */
  async resize(columns: number): Promise<void> {
    this.width = columns;
    this.size = { ...this.size, columns };
    this.#resized.resolve();
    this.#resized = Promise.withResolvers();
    for (let turns = 0; turns < 3; turns++) await turn();
  }

  raw(): RawTerminal {
    this.isRaw = true;
    const stdin = this.turns.shift() ?? this.stdin;
    const typed = new ReadableStream<Uint8Array>({ start: (typed) => void (this.#typed = typed) });
    const { isTyped } = this;
    const size = () => this.size;
    const resized = () => this.#resized.promise;
    const sizes = async function* () {
      yield await Promise.resolve(size());
      while (isTyped) {
        await resized();
        yield size();
      }
    };
    return {
      keys: this.isTyped
        ? typed
        : this.reads.length > 0
        ? this.#readByRead()
        : new Blob([stdin]).stream(),
      sizes: sizes(),
      [Symbol.dispose]: () => void (this.isRaw = false),
      // deno-lint-ignore require-await -- like the real one
      [Symbol.asyncDispose]: async () => void (this.isRaw = false),
    };
  }

  /** A raw mode leaves what it does not read to the next one. */
  #readByRead(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: (keys) => {
        const text = this.reads.shift();
        if (text === undefined) keys.close();
        else keys.enqueue(new TextEncoder().encode(text));
      },
    }, { highWaterMark: 0 });
  }

  // deno-lint-ignore require-await -- like the real one
  async input(): Promise<string> {
    return this.stdin;
  }

  isLent = false;
  readonly #closing = new AbortController();
  readonly closed: AbortSignal = this.#closing.signal;

  /** The reader of stdout closes it. */
  close(): void {
    this.#closing.abort();
  }

  bytes(): ReadableStream<Uint8Array> {
    return new Blob([this.stdin]).stream();
  }

  columns(): number {
    return this.width;
  }

  write(bytes: Uint8Array, to: "stdout" | "stderr"): void {
    this[to] += new TextDecoder().decode(bytes);
  }

  out(text: string): void {
    this.stdout += text;
  }

  err(text: string): void {
    this.stderr += text;
  }
}

interface Alarm {
  atMs: number;
  ring: () => void;
  everyMs?: number;
}

export class FakeClock implements Clock {
  /** Whether each delay ends by itself: the time then jumps to its end. */
  isAutomatic = false;
  /** The milliseconds of every delay that the program asked for. */
  readonly delays: number[] = [];
  #nowMs = 1_700_000_000_000;
  readonly #alarms = new Set<Alarm>();

  now(): number {
    return this.#nowMs;
  }

  /** The number of timers, and of callers that poll. */
  get alarmCount(): number {
    return this.#alarms.size;
  }

  delay(ms: number, signal?: AbortSignal): Promise<void> {
    this.delays.push(ms);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const alarm = { atMs: this.#nowMs + ms, ring: resolve };
      this.#alarms.add(alarm);
      signal?.addEventListener("abort", () => {
        this.#alarms.delete(alarm);
        reject(signal.reason);
      });
      if (this.isAutomatic) setTimeout(() => this.#alarms.has(alarm) && this.advance(ms));
    });
  }

  every(ms: number, call: () => void): Disposable {
    const alarm = { atMs: this.#nowMs + ms, ring: call, everyMs: ms };
    this.#alarms.add(alarm);
    return { [Symbol.dispose]: () => this.#alarms.delete(alarm) };
  }

  /** Moves the time on and fires the alarms on the way in order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    while (true) {
      const [next] = [...this.#alarms].filter(({ atMs }) => atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      if (next.everyMs === undefined) this.#alarms.delete(next);
      else next.atMs += next.everyMs;
      next.ring();
    }
    this.#nowMs = endMs;
  }
}

class FakeState implements State {
  directory?: string = "/state";
  readonly texts = new Map<string, string>();
  /** The errors of reading and of writing, as of a file that others can write. */
  unreadable?: FileError;
  unwritable?: FileError;

  async read(name: string): Promise<string | undefined> {
    await turn();
    if (this.unreadable !== undefined) throw this.unreadable;
    return this.texts.get(name);
  }

  async write(name: string, text: string): Promise<void> {
    await turn();
    if (this.unwritable !== undefined) throw this.unwritable;
    this.texts.set(name, text);
  }
}

export class FakeHost implements Host {
  readonly terminal = new FakeTerminal();
  readonly state = new FakeState();
  readonly clock = new FakeClock();
  readonly variables: Record<string, string> = {};
  readonly env = { get: (name: string) => this.variables[name] };
  readonly build = { runtime: "Deno 2.9.6", platform: "linux x86_64", checkout: "/source" };
  /** The output of programs, by the command line. */
  readonly programs: Record<string, string> = {};
  /** The texts of URLs. */
  readonly pages: Record<string, string> = {};
  readonly connected: ConnectOptions[] = [];
  /** The contexts by the kubeconfig's path; "" is that of no flag. */
  readonly kubeContexts: Record<string, KubeContext[]> = {};
  /** Returns the edited text; undefined makes the editor fail. */
  editor: (text: string, name: string) => string | undefined = (text) => text;
  /** All texts that the editor got. */
  readonly edited: { text: string; name: string }[] = [];
  /** The directories that are watched now. */
  watched: readonly string[] = [];
  /** The error of the system for a request to watch that many directories. */
  onWatch: (directories: readonly string[]) => void = () => {};
  #changed?: () => void;
  readonly #interrupt = new AbortController();
  #randoms = 0;

  constructor(readonly files: MemoryFiles = new MemoryFiles(), public kube?: Kube) {}

  readonly interrupt: AbortSignal = this.#interrupt.signal;

  readonly #hangup = new AbortController();

  hangup = (): AbortSignal => this.#hangup.signal;

  /** The user closes the terminal. */
  closeTerminal(): void {
    this.#hangup.abort(new DOMException("closed", "AbortError"));
  }

  /** The user presses Ctrl-C. */
  pressCtrlC(): void {
    this.#interrupt.abort(new DOMException("interrupted", "AbortError"));
  }

  random = (length: number): string => `${this.#randoms++}`.padStart(length, "r");

  capture = async (command: readonly string[]): Promise<string | undefined> => {
    await turn();
    return this.programs[command.join(" ")];
  };

  download = async (url: string): Promise<string> => {
    await turn();
    if (!Object.hasOwn(this.pages, url)) throw new FileError(url, "404 Not Found");
    return this.pages[url];
  };

  /** Answers requests; undefined is a server that is not there. */
  onRequest: (url: string, options: RequestOptions) => Promise<Response> | Response | undefined =
    () => undefined;
  /** Every request, in order. */
  readonly requests: { url: string; options: RequestOptions }[] = [];

  request = async (url: string, options: RequestOptions = {}): Promise<WebAnswer> => {
    this.requests.push({ url, options });
    await turn();
    const answer = await this.onRequest(url, options);
    if (answer === undefined) throw new FileError(url, "connection refused");
    const { status, statusText, headers } = answer;
    return { status, statusText, headers, bytes: await answer.bytes() };
  };

  /** Runs programs by the command line and the input; undefined is a program that is not there. */
  onRun: (command: string, input: string) => ProgramOutput | undefined = () => undefined;

  run = async (command: readonly string[], { input = "" }: RunOptions): Promise<ProgramOutput> => {
    await turn();
    const output = this.onRun(command.join(" "), input);
    if (output === undefined) throw new FileError(command[0], "no such program");
    return output;
  };

  temporaryDirectory = async () => {
    await turn();
    return { path: "/temporary", [Symbol.asyncDispose]: turn };
  };

  edit = async (text: string, name: string): Promise<string | undefined> => {
    if (this.terminal.isRaw) throw new Error("the editor would not get its keys");
    this.edited.push({ text, name });
    await turn();
    return this.editor(text, name);
  };

  connect = async (options: ConnectOptions): Promise<Kube> => {
    this.connected.push(options);
    await turn();
    if (this.kube === undefined) throw new Error("this test has no cluster");
    return this.kube;
  };

  contexts = async ({ kubeconfig = "" }: ConnectOptions): Promise<KubeContext[]> => {
    await turn();
    return this.kubeContexts[kubeconfig] ?? [];
  };

  watch = (directories: readonly string[], changed: () => void): AsyncDisposable => {
    if (this.#changed !== undefined) throw new Error("the watcher before is not disposed of");
    this.onWatch(directories);
    this.watched = directories;
    this.#changed = changed;
    return {
      [Symbol.asyncDispose]: async () => {
        this.#changed = undefined;
        this.watched = [];
        await turn();
      },
    };
  };

  /** The system reports a change, if the directory is watched. */
  tellChange(): void {
    this.#changed?.();
  }
}
