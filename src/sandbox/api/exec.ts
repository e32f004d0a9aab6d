/** `…/pods/NAME/exec` over a websocket: v5.channel.k8s.io, and v4, which has no half-close. */
import { Bell } from "../../async/bell.ts";
import { Channel, decodeFrame, encodeFrame, statusOfExit, V4, V5 } from "../../kube/frames.ts";
import type { KubeObject, Status } from "../../kube/interface.ts";
import type { Pod } from "../../tekton/model.ts";
import { ApiError, badRequest, internalError } from "../store/api_error.ts";
import { type Container, StartError } from "../node/container.ts";
import type { Kubelet } from "../node/kubelet.ts";
import { containerOf } from "./logs.ts";
import type { Process } from "../node/process.ts";
import type { Terminal, TerminalSize } from "../node/terminal.ts";

/**
 * Returns the response that upgrades the connection. Throws ApiError for what the API server
 * rejects before the upgrade. Failures that only the node can detect (the container is not running,
 * the program does not exist) come after it, as the Status on channel 3.
 */
export function openExec(kubelet: Kubelet, pod: KubeObject, request: Request): Response {
  const query = new URL(request.url).searchParams;
  const name = containerOf(pod as Pod, query.get("container"));
  if (!(pod as Pod).spec?.nodeName) {
    throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  }
  const command = query.getAll("command");
  if (command.length === 0) {
    throw badRequest("you must specify at least one command for the container");
  }
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw badRequest("Upgrade request required");
  }
  const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(/\s*,\s*/);
  const protocol = [V5, V4].find((known) => offered.includes(known));
  if (protocol === undefined) {
    throw badRequest(`unable to upgrade: unsupported protocols ${offered.join(",")}`);
  }
  const container = kubelet.find(pod.metadata)?.find(name);
  const refusal = container?.running ? undefined : notRunning(name);
  // The API server passes v4 through to the node, whose refusal is then the response.
  if (refusal !== undefined && protocol === V4) throw refusal;
  const { socket, response } = Deno.upgradeWebSocket(request, { protocol, idleTimeout: 0 });
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => {
    if (refusal !== undefined) sendStatus(socket, refusal.status);
  });
  if (refusal === undefined) {
    const wants = (stream: string) => ["true", "1"].includes(query.get(stream) ?? "");
    void runCommand(socket, container!, {
      command,
      stdin: wants("stdin"),
      stdout: wants("stdout"),
      stderr: wants("stderr"),
      tty: wants("tty"),
    });
  }
  return response;
}

interface ExecRequest {
  readonly command: string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** While more bytes than this are unsent, the output of the process is not read. */
const HIGH_WATER_BYTES = 1 << 20;

async function runCommand(socket: WebSocket, container: Container, request: ExecRequest) {
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("error", () => opened.resolve());
  const input = new Input(socket, request.stdin);
  try {
    const process = await container.start(request.command, {
      stdin: true,
      terminal: request.tty,
    });
    await opened.promise;
    void input.feed(process, (text) => container.paths.toHost(text));
    const [exit] = await Promise.all([
      process.ended,
      sendOutput(
        socket,
        Channel.stdout,
        request.stdout,
        withContainerPaths(process, process.stdout, container),
      ),
      sendOutput(
        socket,
        Channel.stderr,
        request.stderr,
        withContainerPaths(process, process.stderr, container),
      ),
    ]);
    sendStatus(socket, statusOfExit(exit.code ?? SIGNALLED));
  } catch (error) {
    await opened.promise;
    const cause = error instanceof StartError
      ? "error executing command in container: failed to exec in container: " +
        `failed to start exec "${crypto.randomUUID()}": OCI runtime exec failed: exec failed: ` +
        `unable to start container process: ${error.message}`
      : String(error);
    sendStatus(socket, internalError(cause).status);
  }
}

/** 128 + SIGKILL: the exit code of a command that was killed with its container. */
const SIGNALLED = 137;

/** Whether the bytes begin with `#!`. */
function isScript([first, second]: Uint8Array): boolean {
  return first === 0x23 && second === 0x21;
}

/** Frames in order from the moment the socket exists, written to a process that starts later. */
class Input {
  readonly #queue: Uint8Array[] = [];
  #ended: boolean;
  #hasBegun = false;
  #size: TerminalSize | undefined;
  #terminal: Terminal | undefined;
  readonly #arrived = new Bell();

  constructor(socket: WebSocket, isWanted: boolean) {
    this.#ended = !isWanted;
    socket.addEventListener("message", ({ data }) => {
      const frame = data instanceof ArrayBuffer ? decodeFrame(new Uint8Array(data)) : undefined;
      if (frame?.channel === Channel.resize) return this.#resize(sizeOf(frame.payload));
      if (frame?.channel === Channel.stdin && !this.#ended) this.#queue.push(frame.payload);
      else if (frame?.channel === Channel.close && frame.payload[0] === Channel.stdin) {
        this.#ended = true;
      } else return;
      this.#arrived.ring();
    });
    // A lost connection ends stdin; the command keeps running, as it does under containerd.
    socket.addEventListener("close", () => {
      this.#ended = true;
      this.#arrived.ring();
    });
  }

  /**
   * Writes the frames to the process. A script that is written to a file gets the sandbox's paths,
   * as a step's script does.
   */
  async feed(process: Process, toHost: (text: string) => string): Promise<void> {
    const stdin = process.stdin!;
    this.#terminal = process.terminal;
    this.#resize(this.#size);
    try {
      await Promise.race([this.#terminal?.opened, process.ended]);
      for (;;) {
        const bytes = await this.#next(process, toHost);
        if (bytes !== undefined) await stdin.write(bytes);
        else if (this.#ended) return await this.#close(process);
        else await Promise.race([this.#arrived.rings, process.ended]);
        if (bytes === undefined && process.isOver) return await stdin.close();
      }
    } catch {
      // The process has closed its stdin or has ended: the remaining frames are dropped.
      await stdin.abort().catch(() => {});
    }
  }

  async #next(
    process: Process,
    toHost: (text: string) => string,
  ): Promise<Uint8Array | undefined> {
    const bytes = this.#queue.shift();
    const isFirst = bytes !== undefined && !this.#hasBegun;
    this.#hasBegun ||= isFirst;
    if (!isFirst || !isScript(bytes) || process.terminal !== undefined) return bytes;
    while (!this.#ended && !process.isOver) {
      await Promise.race([this.#arrived.rings, process.ended]);
    }
    const whole = await new Blob([bytes, ...this.#queue.splice(0)] as BlobPart[]).text();
    return new TextEncoder().encode(toHost(whole));
  }

  /**
   * On a terminal only a typed character ends the input. containerd sends no hang-up either when
   * the client disconnects: the command runs until the container ends.
   */
  async #close(process: Process): Promise<void> {
    if (process.terminal !== undefined) await process.ended;
    await process.stdin!.close();
  }

  #resize(size: TerminalSize | undefined): void {
    this.#size = size ?? this.#size;
    if (size !== undefined) void this.#terminal?.resize(size);
  }
}

/** Parses `{"Width":80,"Height":24}`; undefined for anything else. */
function sizeOf(payload: Uint8Array): TerminalSize | undefined {
  try {
    const { Width: columns, Height: rows } = JSON.parse(new TextDecoder().decode(payload));
    return columns > 0 && rows > 0 ? { columns, rows } : undefined;
  } catch {
    return undefined;
  }
}

/** A user at a terminal waits for a character that may be the beginning of a path. */
const ECHO_MS = 20;

function withContainerPaths(
  process: Process,
  output: ReadableStream<Uint8Array>,
  { paths }: Container,
) {
  return output.pipeThrough(paths.backward(process.terminal && ECHO_MS));
}

async function sendOutput(
  socket: WebSocket,
  channel: number,
  isWanted: boolean,
  output: ReadableStream<Uint8Array>,
): Promise<void> {
  for await (const chunk of output) {
    if (!isWanted || socket.readyState !== WebSocket.OPEN) continue; // keeps reading, because a full pipe would block the process
    socket.send(encodeFrame(channel, chunk));
    // There is no event for a drained socket buffer.
    while (socket.bufferedAmount > HIGH_WATER_BYTES && socket.readyState === WebSocket.OPEN) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

function sendStatus(socket: WebSocket, status: Status): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(encodeFrame(Channel.error, new TextEncoder().encode(JSON.stringify(status))));
  socket.close(1000);
}

function notRunning(name: string): ApiError {
  return internalError(`unable to upgrade connection: container not found ("${name}")`);
}
