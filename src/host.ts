/** The world as the program sees it, as types: src/deno has the real one, tests have their own. */
import type { Kube, TerminalSize } from "./kube/interface.ts";
import type { Printable } from "./printable.ts";

export interface Host {
  readonly terminal: Terminal;
  readonly files: Files;
  readonly clock: Clock;
  readonly env: Env;
  readonly build: Build;
  /** Aborts at the user's first Ctrl-C (or SIGTERM). */
  readonly interrupt: AbortSignal;
  /** `length` random lower-case letters and digits. */
  random(length: number): string;
  /** Runs a program and gives its stdout, as paths are read, or undefined where it can't be run or fails. */
  capture(command: readonly string[], options?: CaptureOptions): Promise<string | undefined>;
  /**
   * Has the user edit the text, in a file called `name`, with $VISUAL or $EDITOR: what was saved, or undefined
   * where the editor failed or can't be run. The terminal is the editor's until then. Throws UsageError
   * for what is no text.
   */
  edit(text: string, name: string): Promise<string | undefined>;
  connect(options: ConnectOptions): Promise<Kube>;
  /** Returns the contexts of the kubeconfig. Throws UsageError if it cannot be read. */
  contexts(options: Pick<ConnectOptions, "kubeconfig">): Promise<readonly KubeContext[]>;
  /**
   * Calls back, until disposed of, after each change of what is directly in one of the directories; now and
   * then for nothing. A directory that is not there is passed over; one that another of its name has taken
   * the place of is not watched any more. Throws FileError where the system watches no more directories.
   */
  watch(directories: readonly string[], changed: () => void): AsyncDisposable;
}

/** A context of the kubeconfig. */
export interface KubeContext {
  readonly name: string;
  readonly cluster: string;
  readonly namespace?: string;
}

/** What the program runs on. */
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
  /** Variables of ours that it does not get, but for values that match. */
  readonly without?: readonly HiddenVariable[];
}

export interface HiddenVariable {
  readonly name: string;
  readonly unless?: RegExp;
}

/** How the command line picks a cluster: kubectl's words. */
export interface ConnectOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  /** Prints each request, exec and protocol line on stderr. */
  readonly verbose?: boolean;
}

export interface Terminal {
  /** Whether a person may be watching it, so that it can be drawn on. */
  readonly isTerminal: {
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly stderr: boolean;
  };
  /** Whether another program is at it now: nothing is drawn then. */
  readonly isLent: boolean;
  /** The width in columns, now. */
  columns(): number;
  /** What is typed, key by key, until disposed: nothing of it is shown or acted upon here. */
  raw(): RawTerminal;
  /** All of stdin, as text. */
  input(): Promise<string>;
  /** What comes on stdin, as it comes. */
  bytes(): ReadableStream<Uint8Array>;
  /** Aborts once whoever read stdout has gone (`| head -1`): nothing more is written to it then. */
  readonly closed: AbortSignal;
  /** Data: logs, names, JSON. Goes to stdout, at once. Throws OutputError where it can't be written. */
  out(text: Printable): void;
  /**
   * Bytes of a program in a container, unfiltered: of a shell at this terminal, or for a pipe. Throws as
   * `out` does.
   */
  write(bytes: Uint8Array, to: "stdout" | "stderr"): void;
  /** Narration: progress, prompts, errors. Goes to stderr, at once; where it can't be written nobody is told. */
  err(text: Printable): void;
}

/**
 * Disposed of at once, or where somebody else is to read the terminal next, asynchronously: then no key
 * is lost to him.
 */
export interface RawTerminal extends Disposable, AsyncDisposable {
  readonly keys: ReadableStream<Uint8Array>;
  /** The size now, and then each one that it changes to, until disposed. */
  readonly sizes: AsyncIterable<TerminalSize>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after that many milliseconds; rejects with the signal's reason. */
  delay(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back each `ms` until disposed. */
  every(ms: number, call: () => void): Disposable;
}

export interface Env {
  get(name: string): string | undefined;
}

export type FileKind = "file" | "directory" | "symlink" | "other";

/** One entry of a directory: its name and what it is, links not followed. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: FileKind;
}

export interface FileStat {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  /** The permission bits, e.g. 0o755. */
  readonly mode: number;
  /** Seconds since the epoch. */
  readonly mtimeSeconds: number;
  /** Of a file that has more names than one: what all of them share, and no other file has. */
  readonly inode?: string;
}

export interface OpenFile {
  /** The stat of what was opened. */
  stat(): Promise<FileStat>;
  /** Fills from the start of `buffer`: the number of bytes read, or null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  close(): void;
}

export interface ReadStart {
  readonly bytes: number;
  readonly stat: FileStat;
}

/** The file system. A method throws FileError where the system says no. */
export interface Files {
  /** In no order. */
  list(directory: string): Promise<DirectoryEntry[]>;
  /** Links not followed. */
  lstat(path: string): Promise<FileStat>;
  /** The same for many names of one directory, in their order; undefined for what is gone. */
  lstatNames(directory: string, names: readonly string[]): Promise<(FileStat | undefined)[]>;
  /** Links followed; undefined where there is nothing. */
  stat(path: string): Promise<FileStat | undefined>;
  readLink(path: string): Promise<string>;
  /** Never follows a link that is the path's last part, nor waits for who writes to a FIFO. */
  open(path: string): Promise<OpenFile>;
  /**
   * Opens the file as `open` does, fills from the start of `buffer` by one read, closes it: the number of
   * bytes read, and what is at the path after that. For small files, where the calls cost more than the
   * bytes. A buffer one byte longer than the file should be tells whether it has grown.
   */
  readStart(path: string, buffer: Uint8Array): Promise<ReadStart>;
  /** Undefined where there is no such file. */
  readText(path: string): Promise<string | undefined>;
  /** Makes the file, or takes the place of what is in it. */
  writeText(path: string, text: string): Promise<void>;
  /** Makes the file; false, and nothing is done, where something is at the path, be it a link to nowhere. */
  createText(path: string, text: string): Promise<boolean>;
  /** Absolute, every link resolved. */
  realPath(path: string): Promise<string>;
}

/** The state of a path that has more bytes than a call to the system takes. */
export const TOO_LONG = "its path is longer than the system takes";

/** Why a file could not be read, in the system's words: "permission denied". */
export class FileError extends Error {
  constructor(readonly path: string, readonly state: string, options?: { cause?: unknown }) {
    super(`${path}: ${state}`, options);
    this.name = "FileError";
  }
}
