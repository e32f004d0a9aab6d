/** Turns the exit codes of receive.sh into errors in words. Pure. */
import { type ExpectedError, TransferError } from "../../errors.ts";
import type { Pause } from "../../hold/pause.ts";
import type { ExecResult } from "../../kube/interface.ts";
import { ReceiveExit } from "../../step/protocol/exit_codes.ts";
import { isRemovalRefused, readProgramExit } from "../../step/protocol/receive.ts";
import { isProgramMissing } from "../../step/protocol/start_failure.ts";

/** The upload that failed. */
export interface Attempted {
  readonly pause: Pick<Pause, "step" | "image">;
  readonly directory: string;
  readonly program: readonly string[];
}

/** The output of the receiver. */
export interface Output {
  readonly out: string;
  readonly err: string;
}

/** Returns the error for a command that did not exit with 0. */
export function refusal(
  { pause, directory, program }: Attempted,
  result: ExecResult,
  output: Output,
): ExpectedError {
  const complaint = output.err.trim().split("\n").at(-1) ?? "";
  const suffix = complaint === "" ? "" : `: ${complaint}`;
  const into = `into step "${pause.step}"`;
  switch (result.exitCode) {
    case ReceiveExit.directoryRefused:
      return new TransferError(`Cannot upload into directory "${directory}": ${complaint}`, {
        hint: "choose another --on-directory",
      });
    case ReceiveExit.directoryUnusable:
      return new TransferError(
        `Cannot write directory "${directory}" of the workspace: ${complaint}`,
        {
          hint: isRemovalRefused(complaint)
            ? "--delete=never keeps what the clone would delete first"
            : "may the step's user write there? See fsGroup, or bind another volume",
        },
      );
    case ReceiveExit.programMissing:
      return new TransferError(
        `Cannot upload ${into}: its image "${pause.image}" has no program "${program[0]}"`,
        {
          hint: "name one that reads tar with --exec, or an image that has it with --upload-image",
        },
      );
    case ReceiveExit.programFailed: {
      const code = readProgramExit(output.out) ?? "?";
      return new TransferError(
        `Cannot unpack ${into}: "${program.join(" ")}" ended with exit code ${code}${suffix}`,
        { hint: "is there room on the volume, and may the step's user write there?" },
      );
    }
    case ReceiveExit.streamCut:
      return incomplete(into, complaint, true);
    case ReceiveExit.treeDiffers:
      return incomplete(into, complaint, false);
    case ReceiveExit.resultUnwritable:
      return new TransferError(`Cannot write the results of step "${pause.step}": ${complaint}`);
    case ReceiveExit.displaced:
      return new TransferError(`Cannot upload ${into}: ${complaint}`, {
        hint: "does something else write to the workspace? The step was not released",
        connectionLost: true,
      });
    case ReceiveExit.notHeldYet:
      return new TransferError(`Cannot upload ${into}: it does not hold yet`, {
        hint: "its pod may have been recreated; try again",
        connectionLost: true,
      });
    case ReceiveExit.gateGone:
      return new GateGone(`Cannot upload ${into}: it is already released`, {
        hint: "someone else released it; start the run again",
      });
    case undefined:
      return isProgramMissing(result.message)
        ? new TransferError(`Cannot upload ${into}: its image "${pause.image}" has no shell`, {
          hint: "name one that has a shell with --upload-image, or choose another --on-step",
        })
        // The node's own words: usually the container is gone, and its status will say why.
        : new TransferError(`Cannot upload ${into}: ${result.message}`, { connectionLost: true });
    default:
      return new TransferError(
        `Cannot upload ${into}: the receiver ended with exit code ${result.exitCode}${suffix}`,
        { hint: "the step was not released; try again", connectionLost: true },
      );
  }
}

/** The step is already released, perhaps by an attempt that lost its connection at the very end. */
export class GateGone extends TransferError {}

function incomplete(into: string, complaint: string, connectionLost: boolean): TransferError {
  return new TransferError(`Cannot upload ${into}: it did not arrive whole (${complaint})`, {
    hint: "the step was not released; try again",
    connectionLost,
  });
}
