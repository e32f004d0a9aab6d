/** The outside world as types. src/deno implements it; tests have their own. */
import type { ExecProtocol, Kube, TerminalSize } from "./kube/interface.ts";
import type { Printable } from "./printable.ts";

export interface Host {
  readonly terminal: Terminal;
  readonly files: Files;
  readonly state: State;
  readonly clock: Clock;
  readonly env: Env;
  readonly build: Build;
  /** Aborts at the first Ctrl-C, or at SIGTERM. */
  readonly interrupt: AbortSignal;
  /**
   * Returns a signal that aborts once the terminal of the program is closed. From then on that does
   * not end the program by itself.
   */
  hangup(): AbortSignal;
  /** Returns that many random lower-case letters and digits. */
  random(length: number): string;
  /**
   * Runs a program and returns its stdout, decoded like a path. Returns undefined if the program
   * fails or can't be run.
   */
  capture(command: readonly string[], options?: CaptureOptions): Promise<string | undefined>;
  /**
   * Opens the text in $VISUAL or $EDITOR as a file called `name`, and returns the saved text.
   * Returns undefined if the editor fails or can't be run. The editor has the terminal until then.
   * Throws UsageError if the saved file is not text.
   */
  edit(text: string, name: string): Promise<string | undefined>;
  connect(options: ConnectOptions): Promise<Kube>;
  /** Returns the contexts of the kubeconfig. Throws UsageError if it cannot be read. */
  contexts(options: Pick<ConnectOptions, "kubeconfig">): Promise<readonly KubeContext[]>;
  /** Returns the text of an http or https URL. Throws FileError. */
  download(url: string): Promise<string>;
  /**
   * Sends one request, follows redirects, and returns the answer of whatever status. Credentials of
   * the headers go to no other origin. Throws FileError for no answer, or one that is too long.
   */
  request(url: string, options?: RequestOptions): Promise<WebAnswer>;
  /**
   * Runs a program to its end, and returns its output. Throws FileError for a program that can't be
   * run, takes too long or prints too much.
   */
  run(command: readonly string[], options: RunOptions): Promise<ProgramOutput>;
  /** Creates an empty directory, which its disposal removes with everything in it. */
  temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }>;
  /**
   * Calls back after each change of an entry of the directories, until disposed; sometimes without
   * a change. It skips directories that do not exist, and stops watching one that is replaced by
   * another of its name. Throws FileError if the system can't watch more directories.
   */
  watch(directories: readonly string[], changed: () => void): AsyncDisposable;
}

/** A context of the kubeconfig. */
export interface KubeContext {
  readonly name: string;
  readonly cluster: string;
  readonly namespace?: string;
  readonly isCurrent?: boolean;
}

/** The runtime, the platform and the origin of the program. */
export interface Build {
  /** "Deno 2.9.6". */
  readonly runtime: string;
  /** "linux x86_64". */
  readonly platform: string;
  /** The directory of the program's source; absent for a compiled program. */
  readonly checkout?: string;
}

export interface CaptureOptions {
  readonly cwd?: string;
  /** Environment variables that the program does not get. */
  readonly without?: readonly HiddenVariable[];
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Posts this body; without it, the request is a GET. */
  readonly body?: string;
  /** Default: 4 MiB. */
  readonly mostBytes?: number;
  /** Whether any certificate of the server is accepted. */
  readonly skipsTls?: boolean;
}

export interface WebAnswer {
  readonly status: number;
  /** Empty over HTTP/2. */
  readonly statusText: string;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface RunOptions {
  readonly limitMs: number;
  /** The text on its stdin; without it, stdin is empty. */
  readonly input?: string;
  /** Variables besides the environment's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment variables that the program does not get. */
  readonly without?: readonly HiddenVariable[];
}

export interface ProgramOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HiddenVariable {
  readonly name: string;
  /** A value that matches is not hidden. */
  readonly unless?: RegExp;
}

/** How the command line chooses a cluster, with the flags of kubectl. */
export interface ConnectOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  /** The protocol of execs; `auto` by default. */
  readonly execProtocol?: ExecProtocol;
  /** The user to impersonate. */
  readonly as?: string;
  /** The groups to impersonate. */
  readonly asGroups?: readonly string[];
  /** Prints each request, exec and protocol line on stderr. */
  readonly verbose?: boolean;
}

export interface Terminal {
  /** Whether each stream is a terminal, on which the program may draw. */
  readonly isTerminal: {
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly stderr: boolean;
  };
  /** Whether stdout is a pipe. Its reader, such as tee, may write to this terminal a bit later. */
  readonly isPiped: boolean;
  /** Whether another program uses the terminal now. The program then draws nothing. */
  readonly isLent: boolean;
  /** Returns the current width. */
  columns(): number;
  /**
   * Reads the terminal key by key until disposed. The terminal neither echoes nor interprets keys.
   */
  raw(): RawTerminal;
  /** Reads all of stdin as text. Throws FileError for a text that is too long. */
  input(): Promise<string>;
  /** Returns stdin as a stream. */
  bytes(): ReadableStream<Uint8Array>;
  /** Aborts when the reader of stdout closes it (`| head -1`). Later output is dropped. */
  readonly closed: AbortSignal;
  /** Writes data (logs, names, JSON) to stdout at once. Throws OutputError if it can't. */
  out(text: Printable): void;
  /**
   * Writes unfiltered bytes of a program in a container, for a shell at this terminal or for a
   * pipe. Throws as `out` does.
   */
  write(bytes: Uint8Array, to: "stdout" | "stderr"): void;
  /** Writes narration (progress, prompts, errors) to stderr at once. Ignores failures. */
  err(text: Printable): void;
}

/**
 * Await its disposal before another program reads the terminal: then no key is lost to that
 * program.
 */
export interface RawTerminal extends Disposable, AsyncDisposable {
  readonly keys: ReadableStream<Uint8Array>;
  /** Yields the current size, and then each new one until disposed. */
  readonly sizes: AsyncIterable<TerminalSize>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after that many milliseconds; rejects with the reason of the signal. */
  delay(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back each `ms` until disposed. */
  every(ms: number, call: () => void): Disposable;
}

export interface Env {
  get(name: string): string | undefined;
}

export type FileKind = "file" | "directory" | "symlink" | "other";

/** An entry of a directory, without following links. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: FileKind;
}

export interface FileStat {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  /** The permission bits, such as 0o755. */
  readonly mode: number;
  /** Seconds since the epoch. */
  readonly mtimeSeconds: number;
  /** Identifies a file with several names (hard links); absent for other files. */
  readonly inode?: string;
}

export interface OpenFile {
  /** Returns the stat of the opened file. */
  stat(): Promise<FileStat>;
  /** Reads into the start of `buffer`. Returns the number of bytes, or null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  close(): void;
}

export interface ReadStart {
  readonly bytes: number;
  readonly stat: FileStat;
}

/** The file system. Each method throws FileError if the system refuses. */
export interface Files {
  /** Lists a directory, in no particular order. */
  list(directory: string): Promise<DirectoryEntry[]>;
  /** Does not follow links. */
  lstat(path: string): Promise<FileStat>;
  /** Does the same for many names of one directory, in their order; undefined for missing ones. */
  lstatNames(directory: string, names: readonly string[]): Promise<(FileStat | undefined)[]>;
  /** Follows links. Returns undefined if there is no such file. */
  stat(path: string): Promise<FileStat | undefined>;
  readLink(path: string): Promise<string>;
  /** Opens a file. Does not follow a link at the end of the path, and does not block on a FIFO. */
  open(path: string): Promise<OpenFile>;
  /**
   * Opens the file as `open` does, reads once into the start of `buffer` and closes it. Returns the
   * number of bytes and the stat after the read. For small files, for which the calls cost more
   * than the bytes. A buffer one byte longer than expected shows whether the file has grown.
   */
  readStart(path: string, buffer: Uint8Array): Promise<ReadStart>;
  /** Returns undefined if there is no such file. */
  readText(path: string): Promise<string | undefined>;
  /** Writes a file, and replaces an existing one. */
  writeText(path: string, text: string): Promise<void>;
  /** Creates a file. Returns false if the path exists, even as a dangling link. */
  createText(path: string, text: string): Promise<boolean>;
  /** Returns the absolute path with all links resolved. */
  realPath(path: string): Promise<string>;
}

/** Small files, private to the user, that the program keeps between calls. */
export interface State {
  /** The absolute path of their directory, which may not exist; undefined without a home. */
  readonly directory?: string;
  /**
   * Returns undefined if there is no such file. Throws FileError for a file that cannot be trusted:
   * one that is large, not the user's, or that others can write.
   */
  read(name: string): Promise<string | undefined>;
  /** Replaces the file at once. Old files may go. Throws FileError. */
  write(name: string, text: string): Promise<void>;
}

/** The state of a path that is longer than a system call accepts. */
export const TOO_LONG = "its path is longer than the system takes";

/** Why a file can't be read or written, in the words of the system: "permission denied". */
export class FileError extends Error {
  constructor(readonly path: string, readonly state: string, options?: { cause?: unknown }) {
    super(`${path}: ${state}`, options);
    this.name = "FileError";
  }
}

/** Returns the text of an answer. Throws FileError for one that is not 2xx. */
export function textOf(url: string, { status, statusText, bytes }: WebAnswer): string {
  if (status < 200 || status > 299) throw new FileError(url, `${status} ${statusText}`.trim());
  return new TextDecoder().decode(bytes);
}
