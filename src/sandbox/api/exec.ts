/** `…/pods/NAME/exec` by a websocket or by SPDY. */
import { Bell } from "../../async/bell.ts";
import { statusOfExit, V4 } from "../../kube/frames.ts";
import type { KubeObject } from "../../kube/interface.ts";
import type { Pod } from "../../tekton/pod.ts";
import { type ApiError, badRequest, internalError } from "../store/api_error.ts";
import { type Container, StartError } from "../node/container.ts";
import type { Kubelet } from "../node/kubelet.ts";
import type { ExecClient, ExecListener, ExecRequest, Upgrader } from "./exec/client.ts";
import { chosenProtocol, upgradeToWebSocket } from "./exec/websocket.ts";
import { containerOf } from "./logs.ts";
import type { Process } from "../node/process.ts";
import type { Terminal, TerminalSize } from "../node/terminal.ts";

/**
 * Returns the response that upgrades the connection. Throws ApiError for what the API server
 * rejects before the upgrade. What only the node can detect (the container is not running, the
 * program does not exist) comes after it, as the Status of the command. SPDY and v4 of websockets
 * go through to the node, whose refusal is then the response.
 *
 * @param spdy absent for a connection of the HTTP server
 */
export function openExec(
  kubelet: Kubelet,
  pod: KubeObject,
  request: Request,
  spdy?: Upgrader,
): Response {
  const query = new URL(request.url).searchParams;
  const name = containerOf(pod as Pod, query.get("container"));
  if (!(pod as Pod).spec?.nodeName) {
    throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  }
  const command = query.getAll("command");
  if (command.length === 0) {
    throw badRequest("you must specify at least one command for the container");
  }
  const wants = (stream: string) => ["true", "1"].includes(query.get(stream) ?? "");
  const exec: ExecRequest = {
    command,
    stdin: wants("stdin"),
    stdout: wants("stdout"),
    stderr: wants("stderr"),
    tty: wants("tty"),
  };
  const container = kubelet.find(pod.metadata)?.find(name);
  const refusal = container?.running ? undefined : notRunning(name);
  if (spdy !== undefined) {
    if (refusal !== undefined) return new Response(goneText(name), { status: 500 });
    return spdy.upgrade(exec, (client) => void runCommand(client, container!, exec));
  }
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw badRequest("Upgrade request required");
  }
  const protocol = chosenProtocol(request);
  if (refusal !== undefined && protocol === V4) throw refusal;
  const { client, response } = upgradeToWebSocket(request, protocol);
  if (refusal === undefined) void runCommand(client, container!, exec);
  else void client.opened.then(() => client.end(refusal.status));
  return response;
}

async function runCommand(client: ExecClient, container: Container, request: ExecRequest) {
  const input = new Input(request.stdin);
  client.listen(input);
  await client.opened;
  if (!client.isOpen) return;
  try {
    const process = await container.start(request.command, {
      stdin: true,
      terminal: request.tty,
    });
    void input.feed(process, (text) => container.paths.toHost(text));
    const [exit] = await Promise.all([
      process.ended,
      sendOutput(client, request, "stdout", withContainerPaths(process, process.stdout, container)),
      sendOutput(client, request, "stderr", withContainerPaths(process, process.stderr, container)),
    ]);
    client.end(statusOfExit(exit.code ?? SIGNALLED));
  } catch (error) {
    const cause = error instanceof StartError
      ? "error executing command in container: failed to exec in container: " +
        `failed to start exec "${crypto.randomUUID()}": OCI runtime exec failed: exec failed: ` +
        `unable to start container process: ${error.message}`
      : String(error);
    client.end(internalError(cause).status);
  }
}

/** 128 + SIGKILL: the exit code of a command that was killed with its container. */
const SIGNALLED = 137;

/** Whether the bytes begin with `#!`. */
function isScript([first, second]: Uint8Array): boolean {
  return first === 0x23 && second === 0x21;
}

/** Bytes in order from the moment the connection exists, for a process that starts later. */
class Input implements ExecListener {
  readonly #queue: Uint8Array[] = [];
  #ended: boolean;
  #hasBegun = false;
  #size: TerminalSize | undefined;
  #terminal: Terminal | undefined;
  readonly #arrived = new Bell();

  constructor(isWanted: boolean) {
    this.#ended = !isWanted;
  }

  stdin(bytes: Uint8Array): void {
    if (!this.#ended) this.#queue.push(bytes);
    this.#arrived.ring();
  }

  /** After a lost connection the command keeps running, as it does under containerd. */
  stdinEnded(): void {
    this.#ended = true;
    this.#arrived.ring();
  }

  resized(payload: Uint8Array): void {
    this.#resize(sizeOf(payload));
  }

  /**
   * Writes the bytes to the process. A script that is written to a file gets the sandbox's paths,
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
  client: ExecClient,
  wanted: ExecRequest,
  stream: "stdout" | "stderr",
  output: ReadableStream<Uint8Array>,
): Promise<void> {
  for await (const chunk of output) {
    // Keeps reading what is not sent, because a full pipe would block the process.
    if (wanted[stream] && client.isOpen) await client.send(stream, chunk);
  }
}

function notRunning(name: string): ApiError {
  return internalError(`unable to upgrade connection: ${goneText(name)}`);
}

function goneText(name: string): string {
  return `container not found ("${name}")`;
}
