/** The outcome of a command as one JSON document, for programs. Pure. */
import type { Outcome, RunEvent } from "../events.ts";
import { EVENTS_VERSION } from "./event_line.ts";

/** The facts of an upload. */
export type Sent = Omit<Extract<RunEvent, { kind: "sent" }>, "kind">;

export interface NamedRun {
  readonly resource: "PipelineRun" | "TaskRun";
  readonly name: string;
  readonly namespace: string;
}

export interface OutcomeDocument {
  readonly version: number;
  readonly exitCode: number;
  readonly run?: NamedRun;
  readonly upload?: Sent;
  readonly outcome?: Outcome;
  readonly error?: CommandError;
}

export interface CommandError {
  readonly message: string;
  readonly hint?: string;
}

/** Collects the facts of a command from its events. */
export class OutcomeReport {
  #run?: NamedRun;
  #upload?: Sent;
  #outcome?: Outcome;

  add(event: RunEvent): void {
    if (event.kind === "created") this.about(event);
    else if (event.kind === "sent") {
      const { kind: _, ...sent } = event;
      this.#upload = sent;
    } else if (event.kind === "ended") this.#outcome = event.outcome;
  }

  /** The command is about a run that it did not create. */
  about({ resource, name, namespace }: NamedRun): void {
    this.#run = { resource, name, namespace };
  }

  document(exitCode: number, error?: CommandError): OutcomeDocument {
    return {
      version: EVENTS_VERSION,
      exitCode,
      ...(this.#run === undefined ? {} : { run: this.#run }),
      ...(this.#upload === undefined ? {} : { upload: this.#upload }),
      ...(this.#outcome === undefined ? {} : { outcome: this.#outcome }),
      ...(error === undefined ? {} : { error }),
    };
  }
}
