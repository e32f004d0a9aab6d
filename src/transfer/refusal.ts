/** What went wrong on the step's side of a transfer, in words. */
import { type ExpectedError, TransferError } from "../errors.ts";
import type { ExecResult } from "../kube/interface.ts";
import { ReceiveExit } from "../step/protocol/exit_codes.ts";
import type { Pause } from "../hold/pause.ts";
import { isRemovalRefused, readProgramExit } from "../step/protocol/receive.ts";
import { isProgramMissing } from "../step/protocol/start_failure.ts";

/** What was tried. */
export interface Attempted {
  readonly pause: Pick<Pause, "step" | "image">;
  readonly directory: string;
  readonly program: readonly string[];
}

/** What the receiver wrote. */
export interface Said {
  readonly out: string;
  readonly err: string;
}

/** By receive.sh's exit code. */
export function refusal(
  { pause, directory, program }: Attempted,
  result: ExecResult,
  reply: Said,
): ExpectedError {
  const said = reply.err.trim().split("\n").at(-1) ?? "";
  const into = `into step "${pause.step}"`;
  switch (result.exitCode) {
    case ReceiveExit.directoryRefused:
      return new TransferError(`Cannot upload into directory "${directory}": ${said}`, {
        hint: "choose another --on-directory",
      });
    case ReceiveExit.directoryUnusable:
      return new TransferError(`Cannot write directory "${directory}" of the workspace: ${said}`, {
        hint: isRemovalRefused(said)
          ? "what the clone would delete first, --delete=never leaves there"
          : "may the step's user write the volume? See fsGroup, or choose another --on-step",
      });
    case ReceiveExit.programMissing:
      return new TransferError(
        `Cannot upload ${into}: its image "${pause.image}" has no program "${program[0]}"`,
        {
          hint: "name one that reads tar with --exec, or an image that has it with --upload-image",
        },
      );
    case ReceiveExit.programFailed: {
      const code = readProgramExit(reply.out) ?? "?";
      return new TransferError(
        `Cannot unpack ${into}: "${program.join(" ")}" ended with exit code ${code}${
          said === "" ? "" : `: ${said}`
        }`,
        { hint: "is there room on the volume, and may the step's user write there?" },
      );
    }
    case ReceiveExit.streamCut:
      return cut(into, said, true);
    case ReceiveExit.treeDiffers:
      return cut(into, said, false);
    case ReceiveExit.resultUnwritable:
      return new TransferError(`Cannot write the results of step "${pause.step}": ${said}`);
    case ReceiveExit.displaced:
      return new TransferError(`Cannot upload ${into}: ${said}`, {
        hint: "does something else write to the workspace? The step was not released",
        connectionLost: true,
      });
    case ReceiveExit.notHeldYet:
      return new TransferError(`Cannot upload ${into}: it does not hold yet`, {
        hint: "its pod may have been made anew; try again",
        connectionLost: true,
      });
    case ReceiveExit.gateGone:
      return new GateGone(`Cannot upload ${into}: it goes on already`, {
        hint: "somebody else released it; start the run again",
      });
    case undefined:
      return isProgramMissing(result.message)
        ? new TransferError(`Cannot upload ${into}: its image "${pause.image}" has no shell`, {
          hint: "name one that has a shell with --upload-image, or choose another --on-step",
        })
        // The node's own words: mostly the container is gone, and why is on its way.
        : new TransferError(`Cannot upload ${into}: ${result.message}`, { connectionLost: true });
    default:
      return new TransferError(
        `Cannot upload ${into}: the receiver ended with exit code ${result.exitCode}${
          said === "" ? "" : `: ${said}`
        }`,
        { hint: "the step was not released; try again", connectionLost: true },
      );
  }
}

/** The step runs on: where a try of our own was cut just before its end, that one let it go. */
export class GateGone extends TransferError {}

function cut(into: string, said: string, connectionLost: boolean): TransferError {
  return new TransferError(`Cannot upload ${into}: it did not arrive whole (${said})`, {
    hint: "the step was not released; try again",
    connectionLost,
  });
}
