/** An upload by a command of the user, which reads the archive from stdin and judges it itself. */
import { ExpectedError, TransferError } from "../errors.ts";
import { receiveCommand, releaseCommand } from "../step/scripts.ts";
import { archive } from "../tree/archive/archive.ts";
import type { Receipt } from "../tree/archive/checksum_list.ts";
import type { Packed } from "../tree/archive/packer.ts";
import type { SendOptions } from "./options.ts";
import { NoAnswer } from "./receiver/reply.ts";
import { StepExec } from "./receiver/step_exec.ts";
import type { Upload } from "./send_archive.ts";

/**
 * Returns once the command has exited with 0 and the whole archive was sent. Nothing is verified,
 * and a second exec releases the step.
 */
export async function pipe({ options, state }: Upload): Promise<Receipt> {
  const { entries, clock, results } = options;
  state.planned({
    send: entries,
    verify: [],
    unchanged: [],
    found: new Map(),
    remove: [],
    removeIfEmpty: [],
    removed: 0,
  });
  const { stream, packed } = archive(entries, {
    files: options.files,
    root: options.root,
    nowSeconds: Math.floor(clock.now() / 1000),
    onFile: (file) => state.addPacked(file),
    onProgress: (progress) => state.reportProgress(stream, progress),
    signal: options.signal,
  });
  const command = receiveCommand({
    workspace: options.pause.directory,
    directory: options.directory,
    upload: state.name.id,
    attempt: state.name.attempt,
    release: false,
    program: options.program,
    results,
  });
  await feed(new StepExec(options, { command }), stream);
  await checkAllSent(options, packed);
  if (options.release) {
    const release = releaseCommand("continue", { results });
    await new StepExec(options, { command: release, hasStdin: false }).ended;
  }
  return await state.receipt();
}

/** Writes the chunks to the command, and waits for its end. */
async function feed(exec: StepExec, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  exec.writeAll(chunks).then(() => exec.closeStdin()).catch((error) => {
    if (!(error instanceof NoAnswer)) return exec.stop(error);
  });
  await exec.ended;
}

/** Throws TransferError if the command ended before it had read the whole stream. */
async function checkAllSent({ pause, program, signal }: SendOptions, packed: Promise<Packed>) {
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
