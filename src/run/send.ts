/**
 * Sends a tree into a held step: one exec carries the archive, the receipt, the results of the
 * skipped work and the release. The step's side of it is src/step/receive.sh.
 */
import { ClusterError, ExpectedError, TransferError } from "../errors.ts";
import type { Clock, Files } from "../host.ts";
import type { ExecResult, Kube } from "../kube/interface.ts";
import { receiveCommand, ReceiveExit, releaseCommand } from "../step/scripts.ts";
import { archive, type Receipt } from "../tree/archive.ts";
import type { Entry } from "../tree/walk.ts";
import type { RunEvent } from "./events.ts";
import type { Pause } from "./pause_place.ts";

export interface SendOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly files: Files;
  readonly pause: Pause;
  /** The directory that is sent, and what of it. */
  readonly root: string;
  readonly entries: readonly Entry[];
  /** Relative to the workspace. */
  readonly directory: string;
  /** The program that reads the archive, and its arguments: none for the usual ones. */
  readonly program: readonly string[];
  /** Whether the step goes on then, its work counted as done. */
  readonly release: boolean;
  /** Of the skipped work, by name. */
  readonly results: Readonly<Record<string, string>>;
  readonly random: (length: number) => string;
  readonly emit: (event: RunEvent) => void;
  readonly signal: AbortSignal;
}

/** Returns once all is there and, if wanted, the step released; throws TransferError, and then it is held still. */
export async function send(options: SendOptions): Promise<Receipt> {
  const { kube, clock, pause, emit, signal } = options;
  // A command line of the user's own may do anything with the stream: no manifest is left to check.
  const verified = options.program.length === 1;
  const manifest = verified ? `.tkn-dev-${options.random(10)}` : undefined;
  const startMs = clock.now();
  const files = options.entries.filter((entry) => entry.kind === "file");
  const totalFiles = files.length;
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const { stream, receipt } = archive(options.entries, {
    files: options.files,
    root: options.root,
    nowSeconds: Math.floor(startMs / 1000),
    manifestName: manifest,
    onProgress: ({ files, bytes }) => {
      const elapsedMs = clock.now() - startMs;
      emit({ kind: "sending", files, bytes, totalFiles, totalBytes, elapsedMs });
    },
    signal,
  });
  receipt.catch(() => {}); // an archive that fails fails the exec's stdin too
  const reply = new Reply();
  const result = await withWords(options, () =>
    kube.exec({
      ...place(options),
      command: receiveCommand({
        workspace: pause.directory,
        directory: options.directory,
        manifest,
        release: options.release,
        program: options.program,
        results: options.results,
      }),
      stdin: whileWanted(stream, () => OVER.test(reply.out)),
      onStdout: (bytes) => reply.stdout(bytes),
      onStderr: (bytes) => reply.stderr(bytes),
      signal,
    }));
  if (result.exitCode !== 0) throw refusal(options, result, reply);
  const sent = await allSent(options, receipt);
  if (verified) checkReceipt(pause, sent, reply);
  else if (options.release) await release(options);
  emit({ kind: "sent", ...sizeOf(sent), elapsedMs: clock.now() - startMs, verified });
  if (options.release) emit({ kind: "released" });
  return sent;
}

/** The line of a receiver that wants no more, and only waits for the stream's end. */
const OVER = /^over$/m;

/** The stream up to the first chunk that is not wanted any more. */
function whileWanted(
  stream: ReadableStream<Uint8Array>,
  isOver: () => boolean,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done && !isOver()) return controller.enqueue(value);
      controller.close();
      await reader.cancel();
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

function sizeOf({ files, bytes }: Receipt) {
  return { files, bytes };
}

/** A program may be content with a part of the stream; the archive's end is then never taken. */
async function allSent(options: SendOptions, receipt: Promise<Receipt>): Promise<Receipt> {
  try {
    return await receipt;
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof ExpectedError) throw error;
    const { pause, program } = options;
    throw new TransferError(
      `Cannot upload into step "${pause.step}": "${
        program.join(" ")
      }" ended before it had read all`,
      { hint: "it has to read its stdin to the end", cause: error },
    );
  }
}

/** For a stream that only the sender can vouch for: it went through to its end. */
async function release(options: SendOptions): Promise<void> {
  const reply = new Reply();
  const command = releaseCommand("continue", { results: options.results });
  const result = await withWords(options, () =>
    options.kube.exec({
      ...place(options),
      command,
      onStderr: (bytes) => reply.stderr(bytes),
      signal: options.signal,
    }));
  if (result.exitCode !== 0) throw refusal(options, result, reply);
}

function place({ pause: { namespace, pod, container } }: SendOptions) {
  return { namespace, pod, container };
}

/** A connection that fails is a transfer that failed. */
async function withWords<T>(options: SendOptions, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof ClusterError && !("status" in error)) {
      throw new TransferError(
        `Cannot upload into step "${options.pause.step}": ${
          error.message.replace(/^Cannot /, "can't ")
        }`,
        { hint: "the step was not released; try again", cause: error, connectionLost: true },
      );
    }
    throw error;
  }
}

function checkReceipt(pause: Pause, sent: Receipt, reply: Reply): void {
  const [, files, bytes, digest] = /^receipt (\S+) (\S+) (\S+)$/m.exec(reply.out) ?? [];
  const equal = Number(files) === sent.files && Number(bytes) === sent.bytes &&
    (digest === "-" || digest === sent.digest);
  if (equal) return;
  throw new TransferError(
    `Cannot trust the upload into step "${pause.step}": sent ${sent.files} files and ${sent.bytes} bytes, its receipt says "${reply.out.trim()}"`,
    { hint: "this should not happen: the run went on with what arrived" },
  );
}

/** What went wrong on the step's side, by receive.sh's exit code. */
function refusal(options: SendOptions, result: ExecResult, reply: Reply): ExpectedError {
  const { pause, directory } = options;
  const program = options.program[0];
  const said = reply.err.trim().split("\n").at(-1) ?? "";
  const into = `into step "${pause.step}"`;
  switch (result.exitCode) {
    case ReceiveExit.directoryRefused:
      return new TransferError(`Cannot upload into directory "${directory}": ${said}`, {
        hint: "choose another --on-directory",
      });
    case ReceiveExit.directoryUnusable:
      return new TransferError(`Cannot write directory "${directory}" of the workspace: ${said}`, {
        hint: "may the step's user write the volume? See fsGroup, or choose another --on-step",
      });
    case ReceiveExit.programMissing:
      return new TransferError(
        `Cannot upload ${into}: its image "${pause.image}" has no program "${program}"`,
        {
          hint: "name one that reads tar with --exec, or an image that has it with --upload-image",
        },
      );
    case ReceiveExit.programFailed: {
      const code = /^program-exit (\d+)$/m.exec(reply.out)?.[1] ?? "?";
      return new TransferError(
        `Cannot unpack ${into}: "${options.program.join(" ")}" ended with exit code ${code}${
          said === "" ? "" : `: ${said}`
        }`,
        { hint: "is there room on the volume, and may the step's user write there?" },
      );
    }
    case ReceiveExit.streamCut:
    case ReceiveExit.treeDiffers:
      return new TransferError(`Cannot upload ${into}: it did not arrive whole (${said})`, {
        hint: "the step was not released; try again",
      });
    case ReceiveExit.resultUnwritable:
      return new TransferError(`Cannot write the results of step "${pause.step}": ${said}`);
    case ReceiveExit.gateGone:
      return new TransferError(`Cannot upload ${into}: it goes on already`, {
        hint: "somebody else released it; start the run again",
      });
    case undefined:
      return /executable file not found|no such file/.test(result.message)
        ? new TransferError(`Cannot upload ${into}: its image "${pause.image}" has no shell`, {
          hint: "name one that has a shell with --upload-image, or choose another --on-step",
        })
        // The node's own words: mostly the container is gone, and why is on its way.
        : new TransferError(`Cannot upload ${into}: ${result.message}`, { connectionLost: true });
    default:
      return new TransferError(
        `Cannot upload ${into}: the receiver ended with exit code ${result.exitCode}${
          said === "" ? "" : `: ${said}`
        }`,
        { hint: "the step was not released; try again", connectionLost: true },
      );
  }
}

/** What the receiver wrote, bounded. */
class Reply {
  out = "";
  err = "";
  readonly #decoders = [new TextDecoder(), new TextDecoder()];

  stdout(bytes: Uint8Array): void {
    this.out = (this.out + this.#decoders[0].decode(bytes, { stream: true })).slice(-REPLY_CHARS);
  }

  stderr(bytes: Uint8Array): void {
    this.err = (this.err + this.#decoders[1].decode(bytes, { stream: true })).slice(-REPLY_CHARS);
  }
}

const REPLY_CHARS = 10_000;
