/** An upload by a command line of the user's own: it has the stream as its stdin, and its exit code decides. */
import { ExpectedError, TransferError } from "../errors.ts";
import { receiveCommand, releaseCommand } from "../step/scripts.ts";
import { archive } from "../tree/archive/archive.ts";
import type { Receipt } from "../tree/archive/checksum_list.ts";
import type { Packed } from "../tree/archive/packer.ts";
import type { SendOptions } from "./options.ts";
import { stepExec } from "./step_exec.ts";
import type { Transfer } from "./upload_state.ts";

/** What it made of the stream is its own affair: the sender vouches for having sent all, and lets go by a second exec. */
export async function pipe(options: SendOptions, transfer: Transfer): Promise<Receipt> {
  transfer.begin();
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
    upload: transfer.id,
    attempt: transfer.attempt,
    release: false,
    program: options.program,
    results: options.results,
  });
  await stepExec(options, { command, stdin: (reply) => reply.wanted(stream) });
  await stream.cancel().catch(() => {}); // one that nobody has begun to read; else it has ended
  await allSent(options, packed);
  if (options.release) {
    await stepExec(options, { command: releaseCommand("continue", { results: options.results }) });
  }
  return await transfer.receipt();
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
