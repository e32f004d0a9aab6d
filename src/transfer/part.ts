/**
 * One exec of an upload: asks what lies there, has removed what is in the way, and sends what is missing, all of it or
 * a first part. The step's side of it is src/step/receive.sh, which has the words of the conversation.
 */
import { TransferError } from "../errors.ts";
import { receiveCommand } from "../step/scripts.ts";
import { archive } from "../tree/archive/archive.ts";
import { type Delta, delta } from "./delta.ts";
import { gzip } from "../tree/archive/gzip.ts";
import {
  ChecksumList,
  isListed,
  type Receipt,
  type SentFile,
  type Turn,
} from "../tree/archive/checksum_list.ts";
import { asSent, type TailMember } from "../tree/archive/packer.ts";
import type { PrepackedArchive } from "./prepacked_archive.ts";
import { parseRecord } from "../step/protocol/record.ts";
import { parseRemoteListing, type RemoteListing } from "../step/protocol/listing.ts";
import type { Entry } from "../tree/walk.ts";
import { at } from "../step/protocol/remote_path.ts";
import { awaitLock } from "./await_lock.ts";
import { meanwhile } from "./meanwhile.ts";
import { namesToRecall, topNames } from "./remote_paths.ts";
import * as protocol from "../step/protocol/receive.ts";
import { encodeLines, type Pulse, readReceipt } from "../step/protocol/receive.ts";
import type { Reply } from "./reply.ts";
import type { SendOptions } from "./options.ts";
import { stepExec } from "./step_exec.ts";
import { type Transfer, writeRecord } from "./upload_state.ts";

/** A link with a round trip as long as that is a slow one until it proves fast. */
const FAR_MS = 20;
/** Less than that is sent as it is: to ask takes as long. */
const MEASURED_BYTES = 256e3;
/** After this long from the archive's start on it is known whether the link is slow: less has gone then than that. */
const MEASURED_MS = 500;
const FAST_BYTES = 8e6;
/** With less than that left to send, nothing is gained any more. */
const WORTH_BYTES = 4e6;

/** From that size on a file is hashed over there while it comes: it takes as long as its coming. */
const FOLLOWED_BYTES = 32 * 1024 * 1024;

/** So often in a row a receiver may say that it waits, though all is on its way: for half a minute. */
const MOST_WAITS = 6;

/**
 * A part may find that what is packed in two can go side by side: the other half is another part's then, and a third
 * one, after both, has what they put something into, and lets the step go.
 */
export type Role =
  | { readonly split: (half: PrepackedArchive) => void }
  | { readonly half: PrepackedArchive }
  | { readonly after: Promise<unknown> };

/** Throws TransferError; then nothing was released, and what of it arrived lies there. */
export async function sendPart(
  options: SendOptions,
  transfer: Transfer,
  role: Role,
): Promise<Turn> {
  const part = new Part(options, transfer);
  const reply = await stepExec(options, {
    command: receiveCommand({
      workspace: options.pause.directory,
      directory: options.directory,
      upload: transfer.id,
      attempt: transfer.attempt,
      manifest: part.manifestName,
      record: options.record,
      release: options.release,
      program: options.program,
      results: options.results,
    }),
    stdin: (reply) => part.stdin(reply, role),
    pulses: transfer.pulses,
    onPulse: (pulse) => part.isStuck(pulse),
  });
  return part.end(reply);
}

class Part {
  readonly manifestName: string;
  readonly #manifest = new ChecksumList();
  #turn: Turn = "end";
  #receipt?: Receipt;
  /** What goes in this part, and the bytes of the archive that have gone so far. */
  readonly #members: Entry[] = [];
  #wireBytes = 0;
  #startMs = 0;
  /** The archive has begun, and there is a chunk that the socket has not taken yet, or no more to come. */
  #isOnItsWay = false;
  #seenBytes = 0;
  #waits = 0;

  constructor(
    private readonly options: SendOptions,
    private readonly transfer: Transfer,
  ) {
    this.manifestName = transfer.partName();
  }

  /** The sender's side of the conversation, and then the archive. */
  async *stdin(reply: Reply, role: Role): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    if ("half" in role) return yield* this.#half(reply, role.half);
    if ("after" in role) yield* meanwhile(this.options, reply, role.after);
    const { transfer } = this;
    const asks = transfer.survey === undefined;
    if (asks) yield* this.#ask(reply);
    const difference = yield* meanwhile(this.options, reply, this.#difference());
    const prepared = "split" in role ? await this.#prepared(difference, role.split) : undefined;
    if (asks && prepared === undefined) yield* this.#measure(reply);
    const chunks = prepared === undefined ? this.#archive(difference) : this.#pieces(prepared);
    const coming = prepared?.options.entries ?? difference.send;
    const packing = transfer.compressed ? "gzip" : "plain";
    yield encodeLines([
      ...this.#outdated(),
      ...removals(difference),
      ...this.#directories(coming),
      ...this.#follows(coming),
      packing,
    ]);
    yield* this.#counted(reply.wanted(chunks));
    transfer.isAllSent = !reply.wantsNoMore && this.#turn === "end";
    void this.#tellReceipt(reply);
  }

  /** The same for an archive that goes beside another one, into an empty directory. */
  async *#half(
    reply: Reply,
    prepared: PrepackedArchive,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    this.#turn = "part";
    const packing = await prepared.compressed ? "gzip" : "plain";
    yield encodeLines([...this.#follows(prepared.options.entries), packing]);
    yield* this.#counted(reply.wanted(this.#pieces(prepared)));
  }

  async *#counted(
    chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    for await (const chunk of chunks) {
      this.#wireBytes += chunk.length;
      this.transfer.wireBytes += chunk.length;
      this.#isOnItsWay = true;
      yield chunk;
      this.#isOnItsWay = false;
    }
    this.#isOnItsWay = true;
  }

  /** Whether the pulse shows that what was sent does not arrive: a receiver that has something to read is busy. */
  isStuck(pulse: Pulse): boolean {
    const isSending = this.#isOnItsWay || this.#wireBytes > this.#seenBytes;
    this.#seenBytes = this.#wireBytes;
    this.#waits = pulse === "busy" || !isSending ? 0 : this.#waits + 1;
    return this.#waits >= MOST_WAITS;
  }

  /** A last part's, if it is ours, once it is said; what else becomes of the command its end tells. */
  async #tellReceipt(reply: Reply): Promise<void> {
    if (this.#turn !== "end") return;
    await reply.until((out) => readReceipt(out) !== undefined);
    if (this.#isContent(reply)) this.transfer.tellSent(true);
  }

  #isContent({ out }: Reply): boolean {
    const said = readReceipt(out);
    const sent = this.#receipt;
    return said !== undefined && said.files === sent?.files && said.bytes === sent.bytes &&
      (said.digest === "-" || said.digest === sent.digest);
  }

  /** Once the receiver is content; throws where its receipt is not ours. */
  end(reply: Reply): Turn {
    const { step } = this.options.pause;
    const sent = this.#receipt;
    if (!this.#isContent(reply)) {
      const ours = sent === undefined ? "a part" : `${sent.files} files and ${sent.bytes} bytes`;
      throw new TransferError(
        `Cannot trust the upload into step "${step}": sent ${ours}, its receipt says "${reply.out.trim()}"`,
        { hint: "this should not happen: the run went on with what arrived" },
      );
    }
    for (const { path } of this.#members) this.transfer.verified.add(path);
    return this.#turn;
  }

  async *#ask(reply: Reply): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    const { transfer, options } = this;
    const names = topNames(options);
    const recalls = options.record === undefined ? [] : ["recall"];
    const questions = [...recalls, ...names.map(protocol.look), "ask"];
    yield encodeLines([protocol.lock(options.run), ...questions]); // all at once: mostly nobody has the lock
    const holder = protocol.readLock(await reply.text());
    if (holder !== undefined) {
      for (const _ of [...recalls, "ask"]) await reply.text(); // of what another upload changes yet
      yield* awaitLock(options, reply, holder);
      yield encodeLines(questions);
    }
    if (recalls.length > 0) transfer.record = await parseRecord(reply.answer());
    const more = namesToRecall(transfer.record, names); // found while it lists
    let survey = await parseRemoteListing(reply.answer());
    if (more.length > 0) {
      yield encodeLines([...more.map(protocol.look), "ask"]);
      survey = joined(survey, await parseRemoteListing(reply.answer()));
    }
    transfer.survey = survey;
    transfer.pulses = survey.pulses;
  }

  /** Whether what is left to send is to be compressed from the start on. */
  async *#measure(reply: Reply): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    const { transfer, options } = this;
    const { gzip } = transfer.survey!;
    if (options.compress === "always") transfer.compressed = gzip;
    if (options.compress !== "auto" || !gzip || transfer.leftBytes < MEASURED_BYTES) return;
    const startMs = options.clock.now();
    yield encodeLines(["ping"]);
    await reply.text();
    transfer.compressed = options.clock.now() - startMs >= FAR_MS;
  }

  async #difference(): Promise<Delta> {
    const { transfer, options } = this;
    const difference = await delta({
      entries: options.entries,
      survey: transfer.survey!,
      record: transfer.record,
      digest: (entry) => options.digests.of(entry),
      packed: transfer.sent,
      verified: transfer.verified,
      deletes: options.deletes,
      spares: options.spares,
    });
    transfer.begin(difference);
    return difference;
  }

  /** What was packed before, where it is all of it and can be unpacked there; else undefined. */
  async #prepared(
    { send }: Delta,
    split: (half: PrepackedArchive) => void,
  ): Promise<PrepackedArchive | undefined> {
    const { transfer, options } = this;
    const prepared = transfer.takePrepared();
    if (prepared === undefined) return undefined;
    const both = [prepared.first, ...prepared.second === undefined ? [] : [prepared.second]];
    const packings = await Promise.all(both.map(({ compressed }) => compressed));
    const { gzip, entries: there } = transfer.survey!;
    const isAll = send.length === options.entries.length && there.size === 0;
    if (!isAll || packings.includes(true) && !gzip) {
      for (const one of both) one.discard();
      return undefined;
    }
    transfer.compressed = packings[0];
    if (prepared.second !== undefined) {
      this.#turn = "part";
      transfer.shared = prepared.shared;
      split(prepared.second);
    }
    return prepared.first;
  }

  async *#pieces(
    prepared: PrepackedArchive,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    for (const entry of prepared.options.entries) this.#members.push(entry); // too many for a call
    const pieces = prepared.take(() => {
      for (const file of prepared.packed) this.#add(file);
      return this.#tail([], []);
    });
    for await (const { chunk, files, bytes } of pieces) {
      this.transfer.tell(this, { files, bytes });
      yield chunk;
    }
  }

  #archive(difference: Delta): AsyncIterable<Uint8Array<ArrayBuffer>> {
    const { options, transfer } = this;
    for (const file of difference.resumed) this.#manifest.add(file);
    const { stream } = archive(this.#entries(difference), {
      files: options.files,
      root: options.root,
      nowSeconds: Math.floor(options.clock.now() / 1000),
      onFile: (file) => this.#add(file),
      tail: () => [
        ...transfer.shared,
        ...this.#tail(difference.resumed, removed(difference)),
      ],
      onProgress: (progress) => transfer.tell(this, progress),
      signal: options.signal,
    });
    return transfer.compressed ? gzip(stream) : stream;
  }

  /** What takes out of the record all that is about to change, before it does. */
  #outdated(): string[] {
    const { options, transfer } = this;
    if (options.record === undefined) return [];
    return transfer.recordsAnew ? ["forget"] : transfer.outdated.map(protocol.gone);
  }

  /** What for each directory that is there already has it get the time, and the mode, that it has here. */
  #directories(coming: readonly Entry[]): string[] {
    const { survey } = this.transfer;
    const shared = this.#turn === "part" ? [] : this.transfer.shared;
    const there = (path: string) => at(survey!.entries, path);
    return [...shared, ...coming.filter(({ path }) => there(path)?.kind === "directory")]
      .filter(({ kind, path }) => kind === "directory" && !path.includes("\n"))
      .map((entry) => {
        const { path, mode, mtimeSeconds } = asSent(entry, this.options.clock.now() / 1000);
        const before = there(path)?.mode;
        const changed = before === undefined || before === mode ? undefined : mode;
        return protocol.directory(path, mtimeSeconds, changed);
      });
  }

  /** What for each large file has the receiver hash it while it comes. */
  #follows(entries: readonly Entry[]): string[] {
    const large = entries.filter((entry) =>
      entry.kind === "file" && entry.sizeBytes >= FOLLOWED_BYTES && isListed(entry)
    );
    this.#manifest.follow(large.map(({ path }) => path));
    return large.map(({ path, sizeBytes }) => protocol.follow(path, sizeBytes));
  }

  #add(file: SentFile): void {
    this.#manifest.add(file);
    this.transfer.sent.set(file.path, file);
  }

  /** Behind the tree's own members: the record, if any, and the manifest. */
  #tail(resumed: readonly SentFile[], removed: readonly string[]): TailMember[] {
    const { options, transfer } = this;
    const anew = options.record !== undefined && transfer.recordsAnew;
    const own: TailMember[] = [];
    if (options.record !== undefined) {
      const members = [...resumed, ...this.#members];
      const { text, ...written } = writeRecord(transfer, { members, removed, anew });
      const name = `${this.manifestName}.record`;
      own.push({ name, text });
      this.#manifest.addUncounted({ path: name, ...written });
    }
    const { text, receipt } = this.#manifest.close({
      turn: this.#turn,
      anew,
      by: transfer.survey!.sha256sum ? "digest" : "size",
    });
    this.#receipt = receipt;
    return [...own, { name: this.manifestName, text }];
  }

  /** Ends early where what is left had better go compressed: in a part of its own. */
  *#entries({ send }: Delta): Generator<Entry, void, undefined> {
    this.#startMs = this.options.clock.now();
    for (const entry of send) {
      if (this.#isSlow()) {
        this.#turn = "part";
        this.transfer.compressed = true;
        return;
      }
      this.#members.push(entry);
      yield entry;
    }
  }

  #isSlow(): boolean {
    const { transfer, options } = this;
    if (options.compress !== "auto" || transfer.compressed || !transfer.survey!.gzip) return false;
    return this.#wireBytes < FAST_BYTES && transfer.leftBytes > WORTH_BYTES &&
      options.clock.now() - this.#startMs > MEASURED_MS;
  }
}

function removed({ remove, rmdir }: Delta): string[] {
  return [...remove, ...rmdir];
}

function removals({ remove, rmdir }: Delta): string[] {
  return [...remove.map(protocol.remove), ...rmdir.map(protocol.removeDirectory)];
}

function joined(one: RemoteListing, other: RemoteListing): RemoteListing {
  return { ...one, entries: new Map([...one.entries, ...other.entries]) };
}
