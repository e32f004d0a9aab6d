/** Decides what a watched step does next: events in, actions out. Pure. */

/** Whether a save during the work ends the work, or waits for its end. */
export type Saves = "restart" | "queue";

/** The wish behind a key. `interrupt` is Ctrl-C. */
export type Wish =
  | "again"
  | "edit"
  | "shell"
  | "continue"
  | "fail"
  | "quit"
  | "detach"
  | "interrupt";

export type TurnEvent =
  | { readonly kind: "saved" }
  | { readonly kind: "key"; readonly wish: Wish }
  /** A turn has ended; without an exit code, its work did not come to its end. */
  | { readonly kind: "ended"; readonly exitCode?: number }
  /** The user is back from the shell or the editor. */
  | { readonly kind: "back"; readonly isEdited: boolean };

/**
 * `start` and `stop` are about a turn. After `continue`, `fail`, `quit`, `detach` and `interrupt`
 * the watching is over, unless the caller reports `back`.
 */
export type Action =
  | "start"
  | "stop"
  | "edit"
  | "shell"
  | "continue"
  | "fail"
  | "quit"
  | "detach"
  | "interrupt"
  | { readonly say: string };

/** `away`: the user is in the shell, or the step is being released. */
type Phase = "resting" | "working" | "stopping" | "editing" | "away";

export class TurnMachine {
  #phase: Phase = "resting";
  /** The action once the work has ended. */
  #next: Action | undefined;
  /** Whether something was saved that no turn has taken. */
  #isSaved = false;
  /** The exit code of the last turn, if its work came to its end. */
  #lastExitCode: number | undefined;

  constructor(private readonly saves: Saves) {}

  get isResting(): boolean {
    return this.#phase === "resting";
  }

  /** Whether the step waits: at rest, or while the user edits its script. */
  get isIdle(): boolean {
    return this.isResting || this.#phase === "editing";
  }

  /** Returns what to do now, if anything. */
  take(event: TurnEvent): Action | undefined {
    switch (event.kind) {
      case "saved":
        return this.#saved();
      case "key":
        return this.#key(event.wish);
      case "ended":
        this.#lastExitCode = event.exitCode;
        return this.#rest(this.#next);
      case "back":
        return this.#rest(event.isEdited ? "start" : undefined);
    }
  }

  #saved(): Action | undefined {
    this.#isSaved = true;
    if (this.#phase === "resting") return this.#rest();
    return this.#phase === "working" && this.saves === "restart" ? this.#stop() : undefined;
  }

  #key(wish: Wish): Action | undefined {
    switch (this.#phase) {
      case "editing":
      case "away":
        return undefined;
      case "resting":
        return this.#atRest(wish);
      case "stopping":
        if (isRelease(wish)) return notYet(wish);
        this.#next = actionOf(wish);
        return undefined;
      case "working":
        if (isRelease(wish)) return notYet(wish);
        return this.#stop(wish === "interrupt" ? undefined : actionOf(wish));
    }
  }

  #atRest(wish: Wish): Action {
    if (wish === "continue" && this.#lastExitCode === undefined) {
      return { say: "The work has not come to its end yet: Enter does it again" };
    }
    return this.#rest(actionOf(wish))!;
  }

  #stop(next?: Action): Action {
    this.#phase = "stopping";
    this.#next = next;
    return "stop";
  }

  /** Continues with the action, or with a turn for what was saved, or rests. */
  #rest(asked?: Action): Action | undefined {
    this.#next = undefined;
    const action = asked ?? (this.#isSaved ? "start" : undefined);
    if (action === "start") this.#isSaved = false;
    this.#phase = phaseIn(action);
    return action;
  }
}

function phaseIn(action: Action | undefined): Phase {
  switch (action) {
    case undefined:
      return "resting";
    case "start":
      return "working";
    case "edit":
      return "editing";
    default:
      return "away";
  }
}

function actionOf(wish: Wish): Action {
  return wish === "again" ? "start" : wish;
}

function notYet(wish: Wish): Action {
  return { say: `To ${wish}, wait for the end of the work; Ctrl-C ends it` };
}

function isRelease(wish: Wish): boolean {
  return wish === "continue" || wish === "fail";
}
