/** Events of one live run, which `run` emits and `view` renders. Durations are in milliseconds. */
export type RunEvent =
  | { kind: "created"; resource: "PipelineRun" | "TaskRun"; name: string; namespace: string }
  /** A fact or decision that the user should know; emitted once. */
  | { kind: "note"; text: string; lines?: readonly string[] }
  /** The run waits for something: "pod x: pulling image y"; `isWork` for the work of its tasks. */
  | { kind: "waiting"; text: string; isWork?: boolean }
  /** How far the tasks are (the steps in a TaskRun), whenever one changes. */
  | { kind: "tasks"; tasks: TaskProgress[]; elapsedMs: number }
  /** The run holds at a task or step, `afterMs` after its creation. */
  | { kind: "paused"; place: string; pod: string; afterMs: number }
  /** The progress of an upload; emitted many times. */
  | {
    kind: "sending";
    files: number;
    bytes: number;
    totalFiles: number;
    totalBytes: number;
    elapsedMs: number;
  }
  /** The upload has arrived; `verified` if the receipt equals what was sent. */
  | {
    kind: "sent";
    files: number;
    bytes: number;
    elapsedMs: number;
    verified: boolean;
    /** The number of compressed bytes, if the stream was compressed. */
    wireBytes?: number;
    /** The number of files that the workspace had already. */
    unchanged: number;
    /** The time since those files were sent: the receiver did not read them again. */
    unchangedMs?: number;
    /** The number of entries that the upload removed from the workspace. */
    removed: number;
  }
  /** The client has released the step. */
  | { kind: "released" }
  /** A line of a step's output, without its newline; `task` is absent in a TaskRun. */
  | {
    kind: "log";
    task?: string;
    /** The display name of the task, if it has one. */
    displayName?: string;
    step: string;
    line: string;
    /** The time of the line as the node wrote it, RFC 3339; absent if it was not asked for. */
    time?: string;
    /** The part of a line of more than a million characters, which is split; absent for a line. */
    part?: "first" | "middle" | "last";
  }
  | { kind: "ended"; outcome: Outcome };

/** The end of a run: a failed run has an Outcome too, and is no exception. */
export interface Outcome {
  succeeded: boolean;
  resource: "PipelineRun" | "TaskRun";
  name: string;
  reason: string;
  message: string;
  elapsedMs?: number;
  tasks: TaskOutcome[];
}

/** Its `elapsedMs` is so far, if it is running or held. */
export type TaskProgress = Pick<TaskOutcome, "name" | "status" | "elapsedMs">;

export interface TaskOutcome {
  name: string;
  /** "held" is a running task of which a step holds; no task ends so. */
  status: "succeeded" | "failed" | "cancelled" | "skipped" | "running" | "held" | "pending";
  elapsedMs?: number;
  message?: string;
  /** `limit` is the memory limit of a step that exceeded it. */
  failedStep?: { step: string; exitCode: number; reason?: string; limit?: string };
  /** Whether the upload replaced the task. */
  uploaded?: boolean;
  /** The steps in order, once the task has ended. */
  steps?: StepOutcome[];
}

export interface StepOutcome {
  name: string;
  /** "skipped" if an earlier step failed, or by its condition. */
  status: "succeeded" | "failed" | "skipped";
  exitCode: number;
  /** "Error" for every nonzero exit code, or OOMKilled, TimeoutExceeded, Continued and others. */
  reason?: string;
  elapsedMs?: number;
}
