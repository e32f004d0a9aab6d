/** What happens in one live run, as `run` tells it and `view` says it. Durations are in milliseconds. */
export type RunEvent =
  | { kind: "created"; resource: "PipelineRun" | "TaskRun"; name: string; namespace: string }
  /** Something worth knowing, said once. */
  | { kind: "note"; text: string; lines?: readonly string[] }
  /** What is waited for now: "pod x: pulling image y". */
  | { kind: "waiting"; text: string }
  /** The gate holds, at a task or a step of it: `afterMs` since the run was created. */
  | { kind: "paused"; place: string; pod: string; afterMs: number }
  /** So far, many times. */
  | {
    kind: "sending";
    files: number;
    bytes: number;
    totalFiles: number;
    totalBytes: number;
    elapsedMs: number;
  }
  /** All that was not there yet; verified where the receipt equals what was sent. */
  | {
    kind: "sent";
    files: number;
    bytes: number;
    elapsedMs: number;
    verified: boolean;
    /** How many bytes they were on their way, where they were compressed. */
    wireBytes?: number;
    /** How many files were there already, as they are here; how many things went that are not here any more. */
    unchanged: number;
    /** How long ago those were sent: they were not read again. */
    unchangedMs?: number;
    removed: number;
  }
  | { kind: "released" }
  /** One line of a step's output, without its newline; `task` is absent in a TaskRun. */
  | {
    kind: "log";
    task?: string;
    step: string;
    line: string;
    /** Of a line of more than a million characters, which comes in parts. */
    part?: "first" | "middle" | "last";
  }
  | { kind: "ended"; outcome: Outcome };

/** How a run ended: a failed run is an Outcome too, not an exception. */
export interface Outcome {
  succeeded: boolean;
  resource: "PipelineRun" | "TaskRun";
  name: string;
  reason: string;
  message: string;
  elapsedMs?: number;
  tasks: TaskOutcome[];
}

export interface TaskOutcome {
  name: string;
  status: "succeeded" | "failed" | "cancelled" | "skipped" | "running" | "pending";
  elapsedMs?: number;
  message?: string;
  /** `limit`: of memory, where the step had too little. */
  failedStep?: { step: string; exitCode: number; reason?: string; limit?: string };
  /** The upload stood in for it. */
  uploaded?: boolean;
}
