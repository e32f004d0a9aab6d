/**
 * One exec of receive.sh in the held step: asks what the directory contains, sends an archive into
 * it and confirms that it arrived. The top of src/step/receive.sh documents the conversation.
 *
 * Every method throws the error that the receiver's exit code stands for if the receiver ends
 * early.
 */
import { ticking } from "../../async/ticking.ts";
import { TransferError } from "../../errors.ts";
import { parseRemoteListing, type RemoteListing } from "../../step/protocol/listing.ts";
import * as protocol from "../../step/protocol/receive.ts";
import { parseRecord, type UploadRecord } from "../../step/protocol/record.ts";
import { receiveCommand } from "../../step/scripts.ts";
import type { Receipt } from "../../tree/archive/checksum_list.ts";
import { NoAnswer } from "./reply.ts";
import { StepExec, type StepExecOptions } from "./step_exec.ts";

/** How often a receiver that waits for the client hears that it is still there. */
const PING_MS = 5_000;

/**
 * After six pulses in a row that say "waiting", half a minute, the sent bytes do not arrive.
 */
const MOST_WAITS = 6;

export interface ReceiverOptions extends StepExecOptions {
  /** Distinguishes this upload from others. */
  readonly upload: string;
  /** Counts the connections of the upload: the receiver ends those of earlier attempts. */
  readonly attempt: number;
  /** The name of the archive's last member, the manifest. */
  readonly manifest: string;
  readonly record?: string;
  readonly results: Readonly<Record<string, string>>;
  readonly release: boolean;
  /** Whether the receiver is known to pulse. */
  readonly pulses: boolean;
}

export class Receiver implements AsyncDisposable {
  readonly #exec: StepExec;
  /** Lines that are not written yet: those of one turn travel in one frame. */
  readonly #lines: string[] = [];
  /** Settles once the last answer so far is read. */
  #answered: Promise<unknown> = Promise.resolve();
  #sentBytes = 0;
  /** Whether a chunk of the archive waits to be taken, or all of them have been. */
  #isOnItsWay = false;
  #seenBytes = 0;
  #waits = 0;

  constructor(private readonly options: ReceiverOptions) {
    this.#exec = new StepExec(options, {
      command: receiveCommand({ ...options, workspace: options.pause.directory }),
      pulses: options.pulses,
      onPulse: (pulse) => this.#isStuck(pulse),
    });
  }

  /** The name of the manifest that the receiver looks for. */
  get manifest(): string {
    return this.options.manifest;
  }

  /** Takes the lock of the directory, or returns the upload that holds it. */
  lock(run: protocol.LockingRun): Promise<protocol.LockHolder | undefined> {
    return this.#ask([protocol.lock(run)], async (answer) => {
      return protocol.readLock((await Array.fromAsync(answer)).join(""));
    });
  }

  /** Takes the lock away from its holder. */
  breakLock(holder: protocol.LockHolder): void {
    this.#say([protocol.breakLock(holder)]);
  }

  /** Reads the record of an earlier upload. Returns undefined if there is no valid one. */
  readRecord(): Promise<UploadRecord | undefined> {
    return this.#ask([protocol.RECALL], parseRecord);
  }

  /** Lists what the directory contains under these top-level names; "." lists everything. */
  list(names: readonly string[]): Promise<RemoteListing> {
    return this.#ask(
      [...names.map(protocol.look), protocol.ASK],
      (answer) => parseRemoteListing(answer),
    );
  }

  /** Measures how long an answer takes. */
  async roundTripMs(): Promise<number> {
    const { clock } = this.options;
    const startMs = clock.now();
    await this.#ping();
    return clock.now() - startMs;
  }

  /** Awaits something else, and pings meanwhile so that the gate does not give up. */
  async during<T>(pending: Promise<T>): Promise<T> {
    let isPinging = false;
    using _pings = ticking(this.options.clock, {
      everyMs: PING_MS,
      signal: this.options.signal,
    }, () => {
      if (isPinging) return;
      isPinging = true;
      this.#ping().then(() => isPinging = false, () => {});
    });
    return await Promise.race([pending, this.#failed()]);
  }

  /** Announces the archive and writes it. Resolves once the last chunk is taken. */
  async send(
    announcement: protocol.Announcement,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    this.#say(protocol.announce(announcement));
    const writing = this.#explained(this.#writeArchive(chunks));
    // A lost connection is an error at once, however long the next chunk takes.
    await Promise.race([writing, this.#exec.ended.then(() => writing)]);
  }

  /** Waits for the receipt. Throws TransferError if it differs from the expected one. */
  async confirm(expected: Receipt | undefined): Promise<void> {
    const { reply, ended } = this.#exec;
    await reply.until((out) => protocol.readReceipt(out) !== undefined);
    const printed = protocol.readReceipt(reply.out);
    const isExpected = printed !== undefined && printed.files === expected?.files &&
      printed.bytes === expected.bytes &&
      (printed.digest === "-" || printed.digest === expected.digest);
    if (isExpected) return;
    await ended; // an exit code says more
    throw this.#untrusted(expected);
  }

  /** Resolves once the receiver exits with 0, having done as its command line says. */
  exited(): Promise<void> {
    return this.#exec.ended;
  }

  /** Ends the receiver if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#exec.stop(
      new DOMException("the upload no longer needs the receiver", "AbortError"),
    );
  }

  async #writeArchive(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#flush();
    await this.#exec.writeAll(this.#counted(chunks));
    this.#isOnItsWay = true;
    this.#exec.closeStdin();
    if (this.#exec.reply.wantsNoMore) throw new NoAnswer();
  }

  async *#counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) {
      this.#sentBytes += chunk.length;
      this.#isOnItsWay = true;
      yield chunk;
      this.#isOnItsWay = false;
    }
  }

  /**
   * Returns whether the pulse shows that the sent bytes do not arrive, as no process reads them.
   */
  #isStuck(pulse: protocol.Pulse): boolean {
    const isSending = this.#isOnItsWay || this.#sentBytes > this.#seenBytes;
    this.#seenBytes = this.#sentBytes;
    this.#waits = pulse === "busy" || !isSending ? 0 : this.#waits + 1;
    return this.#waits >= MOST_WAITS;
  }

  async #ping(): Promise<void> {
    await this.#ask([protocol.PING], async (answer) => void await Array.fromAsync(answer));
  }

  /** Writes the lines and reads their answer once those to earlier lines are read. */
  #ask<T>(lines: readonly string[], read: (answer: AsyncIterable<string>) => Promise<T>) {
    this.#say(lines);
    const answer = this.#answered.then(() => read(this.#exec.reply.answer()));
    this.#answered = answer.catch(() => {});
    const explained = this.#explained(answer);
    explained.catch(() => {}); // the caller may have failed for another reason
    return explained;
  }

  #say(lines: readonly string[]): void {
    if (this.#lines.length === 0) queueMicrotask(() => this.#flush().catch(() => {}));
    for (const line of lines) this.#lines.push(line); // too many for a call
  }

  async #flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    await this.#exec.write(protocol.encodeLines(this.#lines.splice(0)));
  }

  /** Turns NoAnswer into the error that the receiver's end stands for. */
  async #explained<T>(pending: Promise<T>): Promise<T> {
    try {
      return await pending;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#exec.closeStdin(); // a receiver that wants no more waits for that
      return await this.#failed();
    }
  }

  /** Rejects once the receiver has ended. */
  async #failed(): Promise<never> {
    await this.#exec.ended;
    throw this.#untrusted(undefined);
  }

  #untrusted(expected: Receipt | undefined): TransferError {
    const { step } = this.options.pause;
    const ours = expected === undefined
      ? "a part"
      : `${expected.files} files and ${expected.bytes} bytes`;
    const out = this.#exec.reply.out.trim();
    return new TransferError(
      `Cannot trust the upload into step "${step}": sent ${ours}, its receipt says "${out}"`,
      { hint: "this should not happen: the run resumed with what arrived" },
    );
  }
}
