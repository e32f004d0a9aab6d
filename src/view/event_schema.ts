/** The schema of --events and --outcome; docs/reference/events.md is generated from it. Data. */
import type { Outcome, StepOutcome, TaskOutcome } from "../events.ts";
import type { ProgramEvent } from "./event_line.ts";
import type { CommandError, NamedRun, OutcomeDocument, Sent } from "./outcome_document.ts";

/** `type?` is an optional field. Types other than those of JSON are names of OBJECTS. */
export interface FieldSchema<Type extends string = string> {
  readonly type: Type;
  readonly text: string;
}

/** The type's name in the schema: the compiler checks that the schema and the code agree. */
type NameOf<T> = [T] extends [string] ? "string"
  : [T] extends [number] ? "number"
  : [T] extends [boolean] ? "boolean"
  : [T] extends [readonly string[]] ? "string[]"
  : [T] extends [readonly StepOutcome[]] ? "step[]"
  : [T] extends [readonly TaskOutcome[]] ? "task[]"
  : [T] extends [Outcome] ? "outcome"
  : [T] extends [Sent] ? "sent"
  : [T] extends [NamedRun] ? "run"
  : [T] extends [NonNullable<TaskOutcome["failedStep"]>] ? "failedStep"
  : [T] extends [CommandError] ? "error"
  : never;
type FieldOf<T> = undefined extends T ? `${NameOf<NonNullable<T>>}?` : NameOf<T>;
type Fields<T> = { readonly [Key in keyof T]-?: FieldSchema<FieldOf<T[Key]>> };
type Kind = ProgramEvent["kind"];
type Kinds = {
  readonly [K in Kind]: {
    readonly text: string;
    readonly fields: Fields<Omit<Extract<ProgramEvent, { kind: K }>, "kind">>;
  };
};

const RUN_KIND: FieldSchema<"string"> = { type: "string", text: "PipelineRun or TaskRun" };
const ELAPSED: FieldSchema<"number"> = {
  type: "number",
  text: "milliseconds since the upload began",
};

const CREATED: Fields<NamedRun> = {
  resource: RUN_KIND,
  name: { type: "string", text: "the name of the run" },
  namespace: { type: "string", text: "the namespace of the run" },
};

const SENT: Fields<Sent> = {
  files: { type: "number", text: "files sent" },
  bytes: { type: "number", text: "their bytes" },
  elapsedMs: ELAPSED,
  verified: { type: "boolean", text: "whether the receiver has checked every file" },
  wireBytes: { type: "number?", text: "compressed bytes, if the upload was compressed" },
  unchanged: { type: "number", text: "files that the workspace had already" },
  unchangedMs: { type: "number?", text: "the age of the upload that sent those files" },
  removed: { type: "number", text: "entries removed from the workspace" },
};

const ERROR: Fields<CommandError> = {
  message: { type: "string", text: "what failed" },
  hint: { type: "string?", text: "the next thing to type or do" },
};

/** Each kind of event with its fields, in the order in which a run has them. */
export const EVENT_KINDS: Kinds = {
  created: {
    text: "The run is created.",
    fields: CREATED,
  },
  note: {
    text: "A fact or decision that the user should know.",
    fields: {
      text: { type: "string", text: "a sentence" },
      lines: { type: "string[]?", text: "details" },
    },
  },
  waiting: {
    text: "The run waits for something.",
    fields: {
      text: { type: "string", text: 'for what: `pod x: pulling image "y"`' },
      isWork: { type: "boolean?", text: "true if it is only the work of its tasks" },
    },
  },
  tasks: {
    text: "The status of a task has changed; in a TaskRun, of a step.",
    fields: {
      tasks: { type: "task[]", text: "all tasks in the Pipeline's order, or all steps" },
      elapsedMs: { type: "number", text: "milliseconds since the start of the run" },
    },
  },
  paused: {
    text: "The run is held at a step.",
    fields: {
      place: { type: "string", text: "the task, or task/step" },
      pod: { type: "string", text: "the pod of the step" },
      afterMs: { type: "number", text: "milliseconds since the creation of the run" },
    },
  },
  sending: {
    text: "The progress of an upload; many of them.",
    fields: {
      files: { type: "number", text: "files sent so far" },
      bytes: { type: "number", text: "their bytes" },
      totalFiles: { type: "number", text: "files to send" },
      totalBytes: { type: "number", text: "their bytes" },
      elapsedMs: ELAPSED,
    },
  },
  sent: {
    text: "The upload has arrived.",
    fields: SENT,
  },
  released: { text: "The client has released the step.", fields: {} },
  log: {
    text: "A line of a step's output.",
    fields: {
      task: { type: "string?", text: "the Pipeline's task; absent in a TaskRun" },
      displayName: { type: "string?", text: "the display name of the task" },
      step: { type: "string", text: "the step" },
      line: {
        type: "string",
        text:
          "the line without its newline; a byte that is not UTF-8, 0x80 to 0xff, is U+DC80 to " +
          "U+DCFF",
      },
      time: { type: "string?", text: "when the step wrote the line, RFC 3339" },
      part: {
        type: "string?",
        text: "first, middle or last: the part of a line of more than a million characters",
      },
    },
  },
  ended: {
    text: "The run has ended.",
    fields: { outcome: { type: "outcome", text: "how" } },
  },
  error: {
    text: "The command has failed; the last event.",
    fields: {
      ...ERROR,
      exitCode: { type: "number", text: "the exit code of the command" },
    },
  },
};

/** The fields of the document of --outcome. */
export const OUTCOME_FIELDS: Fields<OutcomeDocument> = {
  version: { type: "number", text: "the version of the schema, as of the events" },
  exitCode: { type: "number", text: "the exit code of the command" },
  run: { type: "run?", text: "the run, once it is created" },
  upload: { type: "sent?", text: "what the last upload sent, once it has arrived" },
  outcome: { type: "outcome?", text: "how the run ended" },
  error: { type: "error?", text: "why the command failed; not for a failed run" },
};

const OUTCOME: Fields<Outcome> = {
  succeeded: { type: "boolean", text: "whether the run succeeded" },
  resource: RUN_KIND,
  name: { type: "string", text: "the name of the run" },
  reason: { type: "string", text: "the reason of its condition" },
  message: { type: "string", text: "the message of its condition" },
  elapsedMs: { type: "number?", text: "milliseconds from its start to its end" },
  tasks: { type: "task[]", text: "the tasks in the Pipeline's order, finally tasks last" },
};

const TASK: Fields<TaskOutcome> = {
  name: { type: "string", text: "the task; with its TaskRun in parentheses if it has several" },
  status: {
    type: "string",
    text: "succeeded, failed, cancelled, skipped, running, held (in `tasks`) or pending",
  },
  elapsedMs: { type: "number?", text: "milliseconds from its start to its end, or so far" },
  message: { type: "string?", text: "why it failed, or was skipped" },
  failedStep: { type: "failedStep?", text: "the step that made it fail" },
  uploaded: { type: "boolean?", text: "true if the upload stood in for the task" },
  steps: { type: "step[]?", text: "its steps in order, once it has ended" },
};

const STEP: Fields<StepOutcome> = {
  name: { type: "string", text: "the step" },
  status: { type: "string", text: "succeeded, failed or skipped" },
  exitCode: { type: "number", text: "its exit code" },
  reason: { type: "string?", text: "why it ended, such as OOMKilled, TimeoutExceeded, Continued" },
  elapsedMs: { type: "number?", text: "milliseconds from its start to its end" },
};

const FAILED_STEP: Fields<NonNullable<TaskOutcome["failedStep"]>> = {
  step: { type: "string", text: "the step" },
  exitCode: { type: "number", text: "its exit code" },
  reason: { type: "string?", text: "why it failed, such as OOMKilled" },
  limit: { type: "string?", text: "the memory limit that it exceeded" },
};

/** The objects that fields have as their types. */
export const OBJECTS: Readonly<Record<string, Readonly<Record<string, FieldSchema>>>> = {
  outcome: { ...OUTCOME },
  task: { ...TASK },
  step: { ...STEP },
  failedStep: { ...FAILED_STEP },
  run: { ...CREATED },
  sent: { ...SENT },
  error: { ...ERROR },
};
