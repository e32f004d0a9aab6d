/** An upload by a command line of the user's own: it has the stream as its stdin, and its exit code decides. */
import { ExpectedError, TransferError } from "../errors.ts";
import { receiveCommand, releaseCommand } from "../step/scripts.ts";
import { archive } from "../tree/archive.ts";
import type { Receipt } from "../tree/manifest.ts";
import type { Packed } from "../tree/packer.ts";
import { refusal, withWords } from "./refusal.ts";
import { Reply } from "./reply.ts";
import type { SendOptions } from "./send.ts";
import type { Transfer } from "./transfer.ts";

/** What it made of the stream is its own affair: the sender vouches for having sent all, and lets go by a second exec. */
export async function pipe(options: SendOptions, transfer: Transfer): Promise<Receipt> {
  const { stream, packed } = archive(options.entries, {
    files: options.files,
    root: options.root,
    nowSeconds: Math.floor(options.clock.now() / 1000),
    onFile: (file) => transfer.sent.set(file.path, file),
    onProgress: (progress) => transfer.tell(options, progress),
    signal: options.signal,
  });
  const command = receiveCommand({
    workspace: options.pause.directory,
    directory: options.directory,
    release: false,
    program: options.program,
    results: options.results,
  });
  await run(options, command, (reply) => whileWanted(stream, reply));
  await allSent(options, packed);
  if (options.release) await run(options, releaseCommand("continue", { results: options.results }));
  return await transfer.receipt();
}

async function run(
  options: SendOptions,
  command: readonly string[],
  stdin: (reply: Reply) => ReadableStream<Uint8Array> | undefined = () => undefined,
): Promise<void> {
  const { kube, pause: { namespace, pod, container }, signal } = options;
  const reply = new Reply();
  const result = await withWords(options, () =>
    kube.exec({
      namespace,
      pod,
      container,
      command,
      stdin: stdin(reply),
      onStdout: (bytes) => reply.stdout(bytes),
      onStderr: (bytes) => reply.stderr(bytes),
      signal,
    }));
  if (result.exitCode !== 0) throw refusal(options, result, reply);
}

/** The stream up to the first chunk that is not wanted any more. */
function whileWanted(
  stream: ReadableStream<Uint8Array>,
  reply: Reply,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done && !reply.wantsNoMore) return controller.enqueue(value);
      controller.close();
      await reader.cancel();
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** A program may be content with a part of the stream; the archive's end is then never taken. */
async function allSent({ pause, program, signal }: SendOptions, packed: Promise<Packed>) {
  try {
    await packed;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ExpectedError) throw error;
    throw new TransferError(
      `Cannot upload into step "${pause.step}": "${
        program.join(" ")
      }" ended before it had read all`,
      { hint: "it has to read its stdin to the end", cause: error },
    );
  }
}
