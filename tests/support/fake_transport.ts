/** A Transport and sockets without a network, which record everything. */
import type {
  RequestOptions,
  Socket,
  Transport,
  Upgrade,
  UpgradeOptions,
} from "../../src/kube/transport.ts";

export interface Asked {
  readonly path: string;
  readonly init: RequestOptions;
}

export class FakeTransport implements Transport {
  readonly server = "https://cluster.test";
  readonly requests: Asked[] = [];
  readonly sockets: FakeSocket[] = [];
  readonly upgrades: { readonly path: string; readonly options: UpgradeOptions }[] = [];
  /** The milliseconds of each short delay. These take no time. */
  readonly delays: number[] = [];
  /** The milliseconds of each long delay, see LIMIT_MS. */
  readonly limits: number[] = [];
  /** Answers a request. It may throw, like a network. */
  answer: (asked: Asked) => Response | Promise<Response> = () => status(404, "no such thing here");
  /** Called with each socket after its user could add listeners. Default: opens it. */
  onSocket: (socket: FakeSocket) => void = (socket) => socket.open();
  /** Answers an upgrade. Default: a proxy that lets none through. */
  onUpgrade: (options: UpgradeOptions) => Upgrade | Promise<Upgrade> = () => ({
    refusal: new Response("<html>no", { status: 403 }),
  });
  /** Called in each delay, for what happens in that time. */
  onDelay: (ms: number) => void = () => {};
  readonly #limits = new Alarms();

  /** Moves the time on for the active limits. */
  async advance(ms: number): Promise<void> {
    this.#limits.advance(ms);
    await turn();
  }

  /** The number of active limits. */
  get limitCount(): number {
    return this.#limits.count;
  }

  async request(path: string, init: RequestOptions = {}): Promise<Response> {
    const asked = { path, init };
    this.requests.push(asked);
    return await this.answer(asked);
  }

  async socket(path: string, protocols: readonly string[]): Promise<Socket> {
    const socket = new FakeSocket(path, protocols);
    this.sockets.push(socket);
    await Promise.resolve();
    setTimeout(() => this.onSocket(socket));
    return socket;
  }

  async upgrade(path: string, options: UpgradeOptions): Promise<Upgrade> {
    this.upgrades.push({ path, options });
    return await this.onUpgrade(options);
  }

  async delay(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms >= LIMIT_MS) {
      this.limits.push(ms);
      return await this.#limits.delay(ms, signal);
    }
    this.delays.push(ms);
    this.onDelay(ms);
    await turn();
    signal?.throwIfAborted();
  }
}

/** A delay of at least this length is a limit: it ends when a test moves the time on. */
export const LIMIT_MS = 10_000;

type Listener = (event: { data: unknown; code: number; reason: string }) => void;

export class FakeSocket implements Socket {
  readyState = 0;
  protocol = "";
  bufferedAmount = 0;
  binaryType = "blob";
  refusal?: Response;
  readonly sent: Uint8Array[] = [];
  /** Over a lost network, a socket never receives the server's close. */
  isDeaf = false;
  pings = 0;
  answersPings = true;
  /** Whether the network takes a ping a little later. */
  buffersPings = false;
  /** Called with each sent message. */
  onSend: (message: Uint8Array) => void = () => {};
  readonly #listeners = new Map<string, Listener[]>();

  constructor(readonly path: string, readonly protocols: readonly string[]) {}

  addEventListener(type: string, call: Listener): void {
    this.#listeners.set(type, [...this.#listeners.get(type) ?? [], call]);
  }

  send(message: Uint8Array<ArrayBuffer>): void {
    if (this.readyState === 0) throw new DOMException("not open", "InvalidStateError");
    if (this.readyState > 1) return;
    const taken = message.slice(); // like a WebSocket, because the sender may reuse the memory
    this.sent.push(taken);
    this.onSend(taken);
  }

  close(): void {
    if (this.readyState > 1) return;
    const wasConnecting = this.readyState === 0;
    this.readyState = 2;
    if (this.isDeaf) return;
    queueMicrotask(() => {
      if (wasConnecting) this.#fire("error");
      this.end(1005);
    });
  }

  ping(): void {
    this.pings += 1;
    if (this.buffersPings) {
      this.bufferedAmount += 6;
      setTimeout(() => this.bufferedAmount -= 6);
    }
    if (!this.isDeaf && this.answersPings) queueMicrotask(() => this.#fire("pong"));
  }

  /** The server accepts the upgrade. */
  open(protocol = "v5.channel.k8s.io"): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.protocol = protocol;
    this.#fire("open");
  }

  /** The server rejects the upgrade with that answer, or hangs up. */
  refuse(refusal?: Response): void {
    this.refusal = refusal;
    this.#fire("error");
    this.end(1006);
  }

  /** The server sends a message: a channel and a payload. */
  say(channel: number, payload: string | Uint8Array): void {
    const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    const message = new Uint8Array([channel, ...bytes]);
    this.#fire("message", { data: message.buffer });
  }

  /** The server sends an empty message, to check the connection. */
  probe(): void {
    this.#fire("message", { data: new ArrayBuffer(0) });
  }

  /** The server or the network ends the connection. */
  end(code = 1000, reason = ""): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#fire("close", { code, reason });
  }

  #fire(type: string, event: Partial<Parameters<Listener>[0]> = {}): void {
    const whole = { data: undefined, code: 0, reason: "", ...event };
    for (const call of this.#listeners.get(type) ?? []) call(whole);
  }
}

/** Delays that end when a test moves the time on. */
export class Alarms {
  #nowMs = 0;
  readonly #set = new Set<{ readonly atMs: number; readonly ring: () => void }>();

  get count(): number {
    return this.#set.size;
  }

  delay(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const alarm = { atMs: this.#nowMs + ms, ring: resolve };
      this.#set.add(alarm);
      signal?.addEventListener("abort", () => {
        this.#set.delete(alarm);
        reject(signal.reason);
      });
    });
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const alarm of this.#set) {
      if (alarm.atMs > this.#nowMs) continue;
      this.#set.delete(alarm);
      alarm.ring();
    }
  }
}

/** Lets the rest of the program run, including timers and streams. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Takes turns until `look` is true. */
export async function until(look: () => boolean, what = String(look)): Promise<void> {
  for (let turns = 0; !look(); turns++) {
    if (turns > 2000) throw new Error(`never true: ${what}`);
    await turn();
  }
}

export function json(value: unknown, code = 200): Response {
  return new Response(JSON.stringify(value), { status: code });
}

/** An error as the API server sends it. */
export function status(code: number, message: string, rest: Record<string, unknown> = {}) {
  const body = { kind: "Status", apiVersion: "v1", status: "Failure", code, message, ...rest };
  return json(body, code);
}
