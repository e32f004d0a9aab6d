/**
 * The words of receive.sh, which documents the whole conversation at its top: the lines that the
 * client writes and the answers that it reads. The listing and the record have their own modules.
 * Pure.
 */
import { pathBytes } from "../../path_bytes.ts";
import type { RemotePath } from "./remote_path.ts";

/** Lines for the receiver's stdin. */
export function encodeLines(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  return pathBytes(lines.map((text) => `${text}\n`).join(""));
}

/** Asks for the listing of the names that the `look` lines before it gave. */
export const ASK = "ask";
/** Asks for the record that an earlier upload left. */
export const RECALL = "recall";
/** Asks for nothing but an answer. */
export const PING = "ping";
/** The last line of each answer. */
export const READY = "ready\n";

/** Adds a top-level name to the next listing; "." stands for the whole directory. */
export function look(name: string): string {
  return name === "." ? "look ." : `look ./${name}`;
}

/** The work of the receiver besides unpacking the archive. */
export interface Announcement {
  /** Begins the record anew before anything changes. */
  readonly forget?: boolean;
  /** Files that the record notes as about to change; "." stands for all. */
  readonly doubted?: readonly string[];
  /** Paths to remove with all that they contain. */
  readonly remove?: readonly RemotePath[];
  /** Directories to remove if they are empty. */
  readonly removeIfEmpty?: readonly RemotePath[];
  readonly directories?: readonly AnnouncedDirectory[];
  /** Large files, in the order of the archive, which the receiver hashes as they arrive. */
  readonly hash?: readonly { readonly path: string; readonly sizeBytes: number }[];
  readonly compressed: boolean;
}

/** A directory of the archive that already exists: it gets its mtime once all is unpacked. */
export interface AnnouncedDirectory {
  readonly path: string;
  readonly mtimeSeconds: number;
  /** The permission bits, if they change. */
  readonly mode?: number;
}

/** Returns the lines that announce an archive, which follows the last one. */
export function announce(
  {
    forget,
    doubted = [],
    remove = [],
    removeIfEmpty = [],
    directories = [],
    hash = [],
    compressed,
  }: Announcement,
): string[] {
  const octal = (mode: number | undefined) => mode === undefined ? "-" : mode.toString(8);
  return [
    ...(forget ? ["forget"] : []),
    ...doubted.map((path) => path === "." ? "doubt ." : `doubt ./${path}`),
    ...remove.map((path) => `remove ./${path}`),
    ...removeIfEmpty.map((path) => `rmdir ./${path}`),
    ...directories.map(({ path, mtimeSeconds, mode }) =>
      `dir ${octal(mode)} ${mtimeSeconds} ./${path}`
    ),
    ...hash.map(({ path, sizeBytes }) => `follow ${sizeBytes} ./${path}`),
    compressed ? "gzip" : "plain",
  ];
}

/** The run that will use the directory. */
export interface LockingRun {
  readonly kind: "PipelineRun" | "TaskRun";
  readonly name: string;
}

/** Asks for the lock of the directory. */
export function lock({ kind, name }: LockingRun): string {
  return `lock ${kind}/${name}`;
}

/** Ends the receivers of the upload that holds the lock, and removes the lock. */
export function breakLock({ upload }: LockHolder): string {
  return `break ${upload}`;
}

/** Another upload that holds the lock of the directory. */
export interface LockHolder {
  /** The identifier of that upload, or "-" if it can't be read. */
  readonly upload: string;
  /**
   * `writing`: the upload is at work. `cut`: its stream ended early. `done`: it is complete, and
   * its run uses the directory.
   */
  readonly state: "writing" | "cut" | "done";
  /** A counter that changes for as long as the receiver that holds the lock is alive. */
  readonly beat: string;
  /** Undefined if it can't be read. */
  readonly run?: LockingRun;
}

const UPLOAD_ID = /^[a-z0-9]{10}$/;
const STATES: readonly string[] = ["writing", "cut", "done"];
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const OBJECT_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Reads the answer to `lock`. Returns undefined if the receiver took the lock.
 *
 * The receiver reads the holder from a file of the workspace, which any step can write. Unexpected
 * values therefore count as unknown.
 *
 *     locked k3j2h1a0x9 writing 12 PipelineRun/greet-x7k2p
 */
export function readLock(answer: string): LockHolder | undefined {
  const line = answer.split("\n").find((one) => one.startsWith("locked "));
  if (line === undefined) return undefined;
  const [, upload = "", state = "", beat = "", run = ""] = line.slice(0, 1000).split(" ");
  const [kind, name] = run.split("/");
  return {
    upload: UPLOAD_ID.test(upload) ? upload : "-",
    state: STATES.includes(state) ? state as LockHolder["state"] : "writing",
    beat,
    ...(isRunKind(kind) && OBJECT_NAME.test(name ?? "") ? { run: { kind, name } } : {}),
  };
}

function isRunKind(word: string): word is LockingRun["kind"] {
  return word === "PipelineRun" || word === "TaskRun";
}

/** The receipt as the receiver prints it. */
export interface PrintedReceipt {
  readonly files: number;
  readonly bytes: number;
  /** "-" if the receiver has no sha256sum, or had nothing to verify. */
  readonly digest: string;
}

const RECEIPT = /^receipt (\d{1,15}|-) (\d{1,15}|-) ([0-9a-f]{64}|-)\n/m;

/** Reads the receipt from stdout. Returns undefined until its line is complete. */
export function readReceipt(out: string): PrintedReceipt | undefined {
  const [, files, bytes, digest] = RECEIPT.exec(out) ?? [];
  return files === undefined ? undefined : { files: Number(files), bytes: Number(bytes), digest };
}

/** Returns whether the receiver wants no more input, and only waits for the stream to end. */
export function isOver(out: string): boolean {
  return /^over$/m.test(out);
}

/** Reads the exit code of the program that unpacks the archive. */
export function readProgramExit(out: string): number | undefined {
  const [, code] = /^program-exit (\d{1,3})$/m.exec(out) ?? [];
  return code === undefined ? undefined : Number(code);
}

/** Returns whether the complaint says that something in the way of the upload can't be removed. */
export function isRemovalRefused(complaint: string): boolean {
  return complaint.endsWith(": cannot be removed");
}

/**
 * The line that the receiver prints to stderr every five seconds: whether any of its processes made
 * progress since the last one.
 */
export type Pulse = "busy" | "waiting";

/** Reads a line of stderr. Returns undefined if it is not a pulse. */
export function readPulse(line: string): Pulse | undefined {
  return line === "busy" || line === "waiting" ? line : undefined;
}
