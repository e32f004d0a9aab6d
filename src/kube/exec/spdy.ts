/**
 * Opens an exec by SPDY/3.1: a POST that is upgraded, and a stream for each of error, stdin,
 * stdout, stderr and resize, which a header names. The stream for errors carries a JSON Status at
 * the end, v4.channel.k8s.io. Source: k8s.io/apimachinery/pkg/util/remotecommand/constants.go.
 */
import { ClusterError } from "../../errors.ts";
import { LARGEST } from "../answers.ts";
import { terminalSize, V4 } from "../frames.ts";
import type { ExecResult, TerminalSize } from "../interface.ts";
import { execPath } from "../paths.ts";
import { SpdyConnection, type SpdyStream } from "../spdy/connection.ts";
import { SpdyError } from "../spdy/frames.ts";
import type { ByteStream, Transport } from "../transport.ts";
import { NotLetThrough, readRefusal } from "./refusals.ts";
import { type ExecStream, type Opened, type Options, type Output, resultOf } from "./stream.ts";

export async function tryToOpenSpdy(
  transport: Transport,
  options: Options,
  output: Output,
  signal: AbortSignal,
): Promise<Opened> {
  const headers = { upgrade: "SPDY/3.1", "x-stream-protocol-version": V4 };
  const upgrade = await transport.upgrade(execPath(options), { headers, signal });
  if ("refusal" in upgrade) return await readRefusal(transport, options, upgrade.refusal);
  const { stream } = upgrade;
  const close = () => stream.close();
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  try {
    const version = upgrade.headers.get("x-stream-protocol-version") ?? "none";
    if (version !== V4) {
      throw new NotLetThrough(transport, options, `the version of exec is ${version}`);
    }
    const exec = new SpdyExec(stream, options, output);
    await exec.open();
    return exec;
  } catch (error) {
    close();
    if (!(error instanceof SpdyError)) throw error;
    throw new NotLetThrough(transport, options, error.message);
  } finally {
    signal.removeEventListener("abort", close);
  }
}

class SpdyExec implements ExecStream {
  readonly protocol = `SPDY/3.1, ${V4}`;
  readonly canEndStdin = true;
  readonly result: Promise<ExecResult>;
  isOpen = true;
  readonly #connection: SpdyConnection;
  readonly #result = Promise.withResolvers<ExecResult>();
  readonly #decoder = new TextDecoder();
  #status = "";
  #stdin: SpdyStream | undefined;
  #sizes: SpdyStream | undefined;

  constructor(
    private readonly bytes: ByteStream,
    private readonly options: Options,
    private readonly output: Output,
  ) {
    this.#connection = new SpdyConnection(bytes);
    this.result = this.#result.promise;
    this.result.catch(() => {}); // is awaited later, unless the streams are refused
  }

  get received(): number {
    return this.#connection.received;
  }

  get pongs(): number {
    return this.#connection.pongs;
  }

  get sentBytes(): number {
    return this.#connection.sentBytes;
  }

  get bufferedAmount(): number {
    return this.bytes.bufferedAmount;
  }

  /**
   * Opens the streams. The server starts the command once it has all of them, so the last one waits
   * until the server has accepted the others: SPDY comes through then, in both directions.
   */
  async open(): Promise<void> {
    const { stdin, terminal } = this.options;
    const error = this.#open("error", (bytes) => this.#addStatus(bytes));
    this.#stdin = stdin && this.#open("stdin");
    this.#sizes = terminal && this.#open("resize");
    const stderr = terminal
      ? undefined
      : this.#open("stderr", (bytes) => this.output.stderr(bytes));
    const running = this.#connection.run();
    void this.#follow(running, error);
    const opened = [error, this.#stdin, this.#sizes, stderr].map((stream) => stream?.accepted);
    const broken = running.then(() => new Promise<never>(() => {}));
    await Promise.race([Promise.all(opened), broken]);
    this.#open("stdout", (bytes) => this.output.stdout(bytes));
  }

  #open(type: string, onData?: (bytes: Uint8Array) => void): SpdyStream {
    return this.#connection.open(new Map([["streamtype", type]]), onData);
  }

  /** Takes a part of the Status. Its end need not arrive: the server may just end everything. */
  #addStatus(bytes: Uint8Array): void {
    this.#status += this.#decoder.decode(bytes, { stream: true });
    if (this.#status.length > LARGEST.status) throw new SpdyError("a Status without an end");
    if (isJson(this.#status)) this.#result.resolve(resultOf(this.#status));
  }

  async #follow(running: Promise<void>, error: SpdyStream): Promise<void> {
    let why = "connection lost";
    await running.catch((error) => {
      if (error instanceof SpdyError) why = `the server breaks SPDY: ${error.message}`;
    });
    this.isOpen = false;
    if (await error.ended && this.#status !== "") this.#result.resolve(resultOf(this.#status));
    this.#result.reject(
      new ClusterError(`Cannot run a command in pod "${this.options.pod}": ${why}`, {
        hint: "the pod may be gone, or the network interrupted",
      }),
    );
  }

  async send(bytes: Uint8Array): Promise<void> {
    await this.#stdin?.send(bytes);
  }

  endStdin(): void {
    void this.#stdin?.end();
  }

  ping(): void {
    this.#connection.ping();
  }

  resize({ columns, rows }: TerminalSize): void {
    void this.#sizes?.send(terminalSize(columns, rows));
  }

  close(): void {
    this.isOpen = false;
    this.bytes.close();
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
