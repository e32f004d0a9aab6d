/** Exit codes of receive.sh and release.sh. With any code but `released` the gate keeps holding. */
export const ReceiveExit = {
  /** Unpacked; with a manifest also verified, its receipt printed and the gate released. */
  released: 0,
  /** The command line is wrong: a bug of the client. */
  misused: 2,
  /** The directory leads out of the workspace. */
  directoryRefused: 10,
  /** The directory can't be created, entered or written to. */
  directoryUnusable: 11,
  /** The image lacks the program that unpacks. */
  programMissing: 12,
  /** The program failed. Stdout has its exit code in the line `program-exit N`. */
  programFailed: 13,
  /** The program succeeded, but the manifest at the end of the stream did not arrive. */
  streamCut: 14,
  /** The unpacked files differ from the manifest. */
  treeDiffers: 15,
  /** A result can't be written. */
  resultUnwritable: 16,
  /** The gate no longer holds: it was released before, or timed out. */
  gateGone: 17,
  /** Another container of the pod holds. */
  wrongContainer: 18,
  /** A later attempt of the same upload has begun, or an earlier one does not end. */
  superseded: 19,
  /** An unpacked file can't be moved to its place, or a link leads to a path to remove. */
  displaced: 20,
  /**
   * The gate does not hold yet: the container has just started, or the step does its work first.
   */
  notHeldYet: 22,
  /** The step has left results unwritten, which stderr names: see protocol/release.ts. */
  resultsUnwritten: 23,
  /** Neither the Task nor the step declares a result, which stderr names. */
  resultUndeclared: 24,
} as const;
