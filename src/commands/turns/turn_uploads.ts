/**
 * The uploads into a watched step. The receiver of each upload after the first is opened ahead,
 * while the user edits.
 */
import type { RunEvent } from "../../events.ts";
import type { Pause } from "../../hold/pause.ts";
import type { Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { OpenedReceiver } from "../../transfer/opened_receiver.ts";
import { UploadName } from "../../transfer/upload_name.ts";
import type { Receipt } from "../../tree/archive/checksum_list.ts";
import type { Entry } from "../../tree/walk.ts";
import { sendOptions, sendToTarget, type StepTarget, stepTarget } from "../held/send_into_step.ts";
import type { SendFlags } from "../options/send_flags.ts";
import { Leftovers } from "./leftovers.ts";
import type { OnBase, TreeOnBase } from "./on_base.ts";
import { onRecordedBase } from "./recorded_base.ts";
import { Unfinished } from "./unfinished.ts";
import { emitNotes, sentEntries, type Source } from "../source/source.ts";

export interface TurnUploadsOptions {
  readonly host: Host;
  readonly kube: Kube;
  readonly pause: Pause;
  readonly flags: SendFlags;
  /** Whether each upload removes what the work before it made in the directory. */
  readonly clean: boolean;
  /** Results of the skipped work, which the first upload writes. */
  readonly results: Readonly<Record<string, string>>;
  /** Set if this client's upload is on a clone; the record tells that of an earlier client. */
  readonly onBase?: OnBase;
  readonly emit: (event: RunEvent) => void;
}

/** Sends a directory into a held step once. Returns the receipt. */
export async function sendIntoStep(
  options: Omit<TurnUploadsOptions, "clean" | "onBase">,
  source: Source,
  signal: AbortSignal,
): Promise<Receipt> {
  await using uploads = new TurnUploads({ ...options, clean: false });
  return await uploads.send(source, signal);
}

export class TurnUploads implements AsyncDisposable {
  readonly #options: TurnUploadsOptions;
  readonly #name: UploadName;
  readonly #over = new AbortController();
  #target: StepTarget | undefined;
  #onBase: OnBase | undefined;
  /** The tree that was sent last, and the entries that notes are about. */
  #sent: { source: Source; entries: readonly Entry[]; noted: readonly Entry[] } | undefined;
  #opened: OpenedReceiver | undefined;
  readonly #leftovers: Leftovers | undefined;
  readonly #unfinished = new Unfinished();

  constructor(options: TurnUploadsOptions) {
    this.#options = options;
    this.#onBase = options.onBase;
    this.#leftovers = options.clean ? new Leftovers() : undefined;
    this.#name = new UploadName(options.host.random);
  }

  /** Sends what differs in the step's workspace. Throws UsageError, ClusterError, TransferError. */
  async send(source: Source, signal: AbortSignal): Promise<Receipt> {
    this.#target ??= await stepTarget(this.#options);
    const isFirst = this.#sent === undefined && this.#onBase === undefined;
    const tree = isFirst
      ? await this.#onRecordedBase(this.#target, source, signal)
      : await this.#onBase?.treeOf(source, signal);
    const entries = tree?.entries ?? await sentEntries(source);
    const noted = tree?.changed ?? entries;
    if (this.#sent === undefined) {
      await this.#emitNotes(source, noted);
      this.#unfinished.mayHave(tree?.gone ?? []);
    }
    const opened = this.#takeOpened();
    const sending = this.#sending(this.#target, source, entries, signal);
    const clean = this.#unfinished.clean(entries, sending);
    this.#unfinished.begun(entries);
    const receipt = await sendToTarget({ ...this.#options, signal }, this.#target, {
      ...sending,
      hasAlready: tree?.hasAlready,
      needsRecord: tree?.needsRecord,
      clean,
      opened,
    });
    this.#unfinished.ended();
    this.#sent = { source, entries, noted };
    this.#leftovers?.sent(entries);
    return receipt;
  }

  async #onRecordedBase(
    target: StepTarget,
    source: Source,
    signal: AbortSignal,
  ): Promise<TreeOnBase | undefined> {
    const found = await onRecordedBase({ ...this.#options, target, source, signal });
    this.#onBase = found?.onBase;
    return found?.tree;
  }

  /** Prepares the next upload. To be called when nothing changes the workspace. */
  openAhead(): void {
    const isPiped = this.#options.flags.program.length > 1;
    if (this.#opened !== undefined || isPiped) return;
    if (this.#target === undefined || this.#sent === undefined) return;
    const { source, entries } = this.#sent;
    const { signal } = this.#over;
    this.#opened = new OpenedReceiver({
      ...this.#sending(this.#target, source, entries, signal),
      name: this.#name,
    });
    this.#opened.asked.listing.then((listing) => this.#leftovers?.worked(listing), () => {});
    source.digests.ahead(entries, signal).catch(() => {}); // an upload reads what is missing
  }

  /** Ends the receiver that waits, as the workspace may change. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (this.#leftovers !== undefined) await opened?.asked.listing.catch(() => {});
    await opened?.[Symbol.asyncDispose]();
  }

  /** Emits the notes about the tree that was sent last. */
  async emitNotes(): Promise<void> {
    if (this.#sent === undefined) return;
    await this.#emitNotes(this.#sent.source, this.#sent.noted);
  }

  async #emitNotes(source: Source, entries: readonly Entry[]): Promise<void> {
    const { emit } = this.#options;
    await emitNotes(source, entries, emit, { isPart: this.#onBase !== undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new DOMException("nothing is watched any more", "AbortError"));
    await this.close();
  }

  #sending(
    target: StepTarget,
    source: Source,
    entries: readonly Entry[],
    signal: AbortSignal,
  ) {
    const { host, results } = this.#options;
    const options = {
      ...this.#options,
      source,
      signal,
      results: this.#sent === undefined ? results : {},
    };
    const sending = sendOptions(host, options, target, entries);
    return { ...sending, name: this.#name, clean: this.#leftovers };
  }

  #takeOpened(): OpenedReceiver | undefined {
    const opened = this.#opened;
    this.#opened = undefined;
    if (!opened?.isLost) return opened;
    void opened[Symbol.asyncDispose]();
    return undefined;
  }
}
