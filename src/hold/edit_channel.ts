/**
 * Answers `debug-run --edit`, typed in the remote shell, with an edit on the client. The request
 * arrives over listen.sh, which runs beside the shell. Any process of the container can send such a
 * request, so it only asks: the client decides whether to edit, which file and in which program.
 */
import type { Clock } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { listenCommand } from "../step/scripts.ts";
import { EditAnswer, type EditRequest } from "../step/protocol/listen.ts";
import { EditRequestReader } from "./edit_request.ts";
import type { Pause } from "./pause.ts";
import { ticking } from "../async/ticking.ts";

export interface EditRequests {
  /** Returns undefined once the edited script is in the container; else why not, in words. */
  edit(): Promise<string | undefined>;
  /** Called when the container says that the edited script has run. */
  ran(exitCode: number): Promise<void>;
  /** Called once if the container sends malformed or too many requests. */
  ignored(): void;
}

/** An empty line, which says that the user is still there, even if the shell's exec is lost. */
const ALIVE = Uint8Array.of(0x0a);
const ALIVE_MS = 5_000;

/**
 * Answers requests until the signal aborts or the container ends, and sends regular signs of life.
 * Answers one request at a time; one more may wait, further ones are dropped.
 */
export async function serveEdits(
  kube: Kube,
  pause: Pause,
  channel: string,
  requests: EditRequests,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const { namespace, pod, container } = pause;
  const answers = new TransformStream<Uint8Array, Uint8Array>();
  const answersTo = answers.writable.getWriter();
  answersTo.closed.catch(() => {}); // the exec ended first
  const inbox = new Inbox(() => requests.ignored());
  const listening = kube.exec({
    namespace,
    pod,
    container,
    command: listenCommand(channel),
    stdin: answers.readable,
    endsWithStdin: true,
    onStdout: (bytes) => inbox.put(bytes),
    signal,
  }).catch(() => {}).finally(() => inbox.close());
  const sayAlive = () => void answersTo.write(ALIVE).catch(() => {});
  using _ticks = ticking(clock, { everyMs: ALIVE_MS, signal }, sayAlive);
  sayAlive();
  try {
    for await (const request of inbox) {
      const answer = new TextEncoder().encode(`${await answerTo(request, requests)}\n`);
      await Promise.race([answersTo.write(answer).catch(() => {}), listening]);
    }
  } finally {
    answersTo.close().catch(() => {});
    await listening;
  }
}

async function answerTo(request: EditRequest, requests: EditRequests): Promise<string> {
  switch (request.kind) {
    case "edit": {
      const why = await requests.edit();
      return why === undefined ? EditAnswer.ready : EditAnswer.refused(why);
    }
    case "ran":
      await requests.ran(request.exitCode);
      return EditAnswer.done;
  }
}

/** Holds one waiting request. */
class Inbox implements AsyncIterable<EditRequest> {
  readonly #reader = new EditRequestReader();
  readonly #onIgnored: () => void;
  #waiting: EditRequest | undefined;
  #isClosed = false;
  #changed = Promise.withResolvers<void>();

  constructor(onIgnored: () => void) {
    this.#onIgnored = onIgnored;
  }

  put(bytes: Uint8Array): void {
    const wasIgnored = this.#reader.ignoredCount > 0;
    for (const request of this.#reader.read(bytes)) this.#waiting ??= request;
    if (!wasIgnored && this.#reader.ignoredCount > 0) this.#onIgnored();
    this.#changed.resolve();
  }

  close(): void {
    this.#isClosed = true;
    this.#changed.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EditRequest> {
    while (true) {
      const request = this.#waiting;
      this.#waiting = undefined;
      if (request !== undefined) yield request;
      else if (this.#isClosed) return;
      else {
        await this.#changed.promise;
        this.#changed = Promise.withResolvers();
      }
    }
  }
}
