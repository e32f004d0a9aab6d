/**
 * A receiver that has listed the directory before there is anything to send, so that an upload into
 * a step that is watched need not wait for that.
 */
import { namesOfTree } from "./listed_names.ts";
import { askRemote } from "./list_remote.ts";
import type { Asked, Opened } from "./opened.ts";
import type { SendOptions } from "./options.ts";
import { Receiver } from "./receiver/receiver.ts";
import type { UploadName } from "./upload_name.ts";

export class OpenedReceiver implements Opened, AsyncDisposable {
  readonly receiver: Receiver;
  readonly asked: Asked;
  readonly #taken = Promise.withResolvers<void>();
  #isLost = false;

  /** `options.entries` are those of the last tree, whose names are listed. */
  constructor(options: SendOptions & { readonly name: UploadName }) {
    const { name } = options;
    name.next();
    this.receiver = new Receiver({
      ...options,
      upload: name.id,
      attempt: name.attempt,
      manifest: name.nextManifest(),
      pulses: false,
    });
    this.asked = askRemote(this.receiver, options, namesOfTree(options));
    const lose = () => void (this.#isLost = true);
    for (const answer of [this.asked.record, this.asked.listing]) answer?.catch(lose);
    this.receiver.during(this.#taken.promise).catch(lose); // pings
  }

  /** Whether the connection is known to be lost. */
  get isLost(): boolean {
    return this.#isLost;
  }

  take(): void {
    this.#taken.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.take();
    await this.receiver[Symbol.asyncDispose]();
  }
}
