/**
 * `debug-run --edit`, typed in the remote shell, needs the editor here: it asks through a command that runs beside
 * the shell, listen.sh. Any process of the container can do the same, so a request is no more than the wish for an
 * edit: whether there is one, of which file and with which program is decided here.
 */
import type { Clock } from "../host.ts";
import type { Kube } from "../kube/interface.ts";
import { listenCommand } from "../step/scripts.ts";
import { EditAnswer, type EditRequest } from "../step/protocol/listen.ts";
import { EditRequestReader } from "./edit_request.ts";
import type { Pause } from "./pause.ts";
import { ticking } from "../async/ticking.ts";

export interface EditRequests {
  /** Undefined once an edited script is in the container; else why there is none, in words for the remote shell. */
  edit(): Promise<string | undefined>;
  /** The container says that the edited script has run. */
  ran(exitCode: number): Promise<void>;
  /** Called once: the container sends what is no request, or too many. */
  ignored(): void;
}

/** An empty line: the person at the shell is still there, whatever became of its connection. */
const HERE = Uint8Array.of(0x0a);
const HERE_MS = 5_000;

/**
 * Says now and then that somebody is here, and answers requests until the signal aborts or the container is gone. One request is answered at a time, and one may
 * wait: those that come meanwhile are dropped.
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
    onStdout: (bytes) => inbox.put(bytes),
    signal,
  }).catch(() => {}).finally(() => inbox.close());
  const here = () => void answersTo.write(HERE).catch(() => {});
  using _saying = ticking(clock, { everyMs: HERE_MS, signal }, here);
  here();
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

/** Room for one request. */
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
