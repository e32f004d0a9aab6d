/**
 * The words of src/step/receive.sh, which shows the whole conversation: what is said to it and what its answers mean.
 * Pure. The listing and the record have modules of their own: remote_listing and upload_record.
 */
import { pathBytes } from "../path_bytes.ts";
import type { RemotePath } from "./remote_path.ts";
import type { RunKind, RunName } from "../tekton/model.ts";

/** Lines to the receiver. */
export function words(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  return pathBytes(lines.map((text) => `${text}\n`).join(""));
}

/** A name at the directory's top, or "." for all of it. */
export function look(name: string): string {
  return name === "." ? "look ." : `look ./${name}`;
}

export function remove(path: RemotePath): string {
  return `remove ./${path}`;
}

export function removeDirectory(path: RemotePath): string {
  return `rmdir ./${path}`;
}

/** Takes the path out of the record, before it changes. */
export function gone(path: string): string {
  return `gone ./${path}`;
}

/** A directory of the archive that is there already. `mode`: the permission bits, if they change. */
export function directory(path: string, mtimeSeconds: number, mode?: number): string {
  return `dir ${mode === undefined ? "-" : mode.toString(8)} ${mtimeSeconds} ./${path}`;
}

/** A large file that is hashed while it comes. */
export function follow(path: string, sizeBytes: number): string {
  return `follow ${sizeBytes} ./${path}`;
}

export function lock({ kind, name }: RunName): string {
  return `lock ${kind}/${name}`;
}

/** Ends that upload's receivers and takes its lock away. */
export function breakLock({ upload }: LockHolder): string {
  return `break ${upload}`;
}

/** Another upload that has the directory's lock. */
export interface LockHolder {
  /** Its name for itself, or "-" where that can't be read. */
  readonly upload: string;
  /** `writing`: it is at work. `cut`: its stream was. `done`: its run has the directory now. */
  readonly state: "writing" | "cut" | "done";
  /** Another one than before: the receiver that has the lock lives. */
  readonly beat: string;
  /** Undefined where it can't be read. */
  readonly run?: RunName;
}

const UPLOAD_ID = /^[a-z0-9]{10}$/;
const STATES: readonly string[] = ["writing", "cut", "done"];
/** A name of an object: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Reads the answer to `lock`; undefined: it was taken. What another upload says of itself is of the workspace, where
 * anybody may have written it: what is none of its words counts as unknown.
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
    ...(isKind(kind) && NAME.test(name ?? "") ? { run: { kind, name } } : {}),
  };
}

function isKind(word: string): word is RunKind {
  return word === "PipelineRun" || word === "TaskRun";
}

export interface SaidReceipt {
  readonly files: number;
  readonly bytes: number;
  /** "-" of a receiver that has no sha256sum, or was to check nothing. */
  readonly digest: string;
}

const RECEIPT = /^receipt (\d{1,15}|-) (\d{1,15}|-) ([0-9a-f]{64}|-)\n/m;

/** In what it said, once its line is whole. */
export function readReceipt(out: string): SaidReceipt | undefined {
  const [, files, bytes, digest] = RECEIPT.exec(out) ?? [];
  return files === undefined ? undefined : { files: Number(files), bytes: Number(bytes), digest };
}

/** It wants no more, and only waits for the stream's end. */
export function isOver(out: string): boolean {
  return /^over$/m.test(out);
}

/** The exit code of the program that unpacks. */
export function readProgramExit(out: string): number | undefined {
  const [, code] = /^program-exit (\d{1,3})$/m.exec(out) ?? [];
  return code === undefined ? undefined : Number(code);
}

/** Each five seconds on stderr: whether any process of the receiver did something meanwhile. */
export type Pulse = "busy" | "waiting";

export function readPulse(line: string): Pulse | undefined {
  return line === "busy" || line === "waiting" ? line : undefined;
}
