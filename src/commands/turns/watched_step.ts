/**
 * --watch at a held step: each save sends what changed into the step's workspace and does the
 * step's work there again. machine.ts decides what happens when; this file does it.
 */
import { onAbort } from "../../async/on_abort.ts";
import { Queue } from "../../async/queue.ts";
import { ClusterError, ExpectedError, UsageError } from "../../errors.ts";
import type { RunEvent } from "../../events.ts";
import { isHeld } from "../../hold/held_steps.ts";
import { type Pause, stepPath } from "../../hold/pause.ts";
import type { Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { joined, printable } from "../../printable.ts";
import { ReceiveExit } from "../../step/protocol/exit_codes.ts";
import type { Receipt } from "../../tree/archive/checksum_list.ts";
import { renderChanged } from "../../view/changed.ts";
import { RunView } from "../../view/run_view.ts";
import { renderTurnEnd, renderTurnKeys, renderUnrepeatable } from "../../view/turn_lines.ts";
import { releaseStep } from "../held/release_step.ts";
import type { NamedRun } from "../options/held_options.ts";
import type { SendFlags } from "../options/send_flags.ts";
import type { TurnFlags } from "../options/turn_flags.ts";
import { useColor } from "../output/color.ts";
import { notesOnce } from "../output/notes_once.ts";
import { printError } from "../output/print_error.ts";
import { howToContinue } from "../session/how_to_continue.ts";
import { runShell } from "../session/run_shell.ts";
import { ScriptEditor } from "../session/script_editor.ts";
import { released } from "../session/session.ts";
import type { Source } from "../source/source.ts";
import { checkWatch } from "./check_watch.ts";
import { deadlineNote } from "./deadline_note.ts";
import { type Action, type TurnEvent, TurnMachine } from "./machine.ts";
import type { OnBase } from "./on_base.ts";
import { ReadyTurn } from "./ready_turn.ts";
import { Repeats } from "./repeats.ts";
import { Saves } from "./saves.ts";
import { TurnTerminal } from "./turn_terminal.ts";
import { TurnUploads } from "./turn_uploads.ts";

/** Exit codes above this come from a signal, perhaps with the end of the container. */
const SIGNALED = 128;

export interface WatchedStepOptions {
  readonly host: Host;
  readonly kube: Kube;
  readonly run: NamedRun;
  readonly pause: Pause;
  readonly flags: SendFlags & { readonly color: boolean };
  readonly turns: TurnFlags;
  /** The directory as the run's upload has sent it. */
  readonly sent?: Source;
  /** Results of the skipped work, which the first upload writes. */
  readonly results: Readonly<Record<string, string>>;
  /** Set if the workspace has a clone, with the changes since its commit. */
  readonly onBase?: OnBase;
  /** Called once the first upload has arrived. */
  readonly onSent?: (receipt: Receipt, source: Source) => Promise<void>;
  readonly debugImage?: string;
  readonly patchFile?: string;
  readonly signal: AbortSignal;
}

/** `quit`: by the key for it; `interrupted`: by Ctrl-C. The step is still held unless released. */
export type WatchEnd = "released" | "left" | "quit" | "interrupted";

/** Throws errors that no save can fix. The step is still held then, unless its pod is gone. */
export async function watchStep(options: WatchedStepOptions): Promise<WatchEnd> {
  checkWatch(options.host, options.pause);
  await using step = new WatchedStep(options);
  return await step.work();
}

class WatchedStep implements AsyncDisposable {
  readonly #options: WatchedStepOptions;
  readonly #events = new Queue<TurnEvent>();
  readonly #machine: TurnMachine;
  readonly #terminal: TurnTerminal;
  /** The host, with output above the line of keys. */
  readonly #host: Host;
  readonly #view: RunView;
  readonly #editor: ScriptEditor;
  readonly #uploads: TurnUploads;
  readonly #color: boolean;
  readonly #place: string;
  readonly #over = new AbortController();
  #saves!: Saves;
  readonly #repeats = new Repeats();
  /** Shows an event of the upload. Notes come once. */
  readonly #show = notesOnce((event) => this.#draw(event), new Set());
  #turns = 0;
  /** Whether the script was edited since the last turn. */
  #isEdited = false;
  /** Whether an edit was not shown yet: the first success after it shows it. */
  #isToShow = false;
  readonly #ready: ReadyTurn;
  /** Ends the turn that runs now. */
  #stopTurn = new AbortController();
  #turn: Promise<void> = Promise.resolve();

  constructor(options: WatchedStepOptions) {
    const { host, pause, flags, turns } = options;
    this.#options = options;
    this.#machine = new TurnMachine(turns.saves);
    this.#place = stepPath(pause);
    this.#color = useColor(host, "stderr", flags.color);
    const { columns } = host.terminal;
    this.#view = new RunView({
      color: this.#color,
      terminal: true,
      columns: () => columns.call(host.terminal),
      now: () => host.clock.now(),
      showlogs: false,
    });
    this.#terminal = new TurnTerminal(
      host,
      (wish) => this.#events.put({ kind: "key", wish }),
      () => this.#events.put({ kind: "key", wish: "detach" }),
    );
    this.#host = { ...host, terminal: this.#terminal.terminal };
    this.#ready = new ReadyTurn({
      ...options,
      host: this.#host,
      isIdle: () => this.#machine.isIdle,
      checkHeld: () => this.#checkHeld(),
      onGone: (error) => this.#events.fail(error),
    });
    this.#uploads = new TurnUploads({
      ...options,
      host: this.#host,
      clean: turns.clean,
      emit: this.#show,
    });
    this.#editor = new ScriptEditor({ ...options, color: this.#color }, pause, {
      suspendFor: (work) => this.#terminal.suspendFor(work),
      ask: () => Promise.resolve(false),
      say: (text) => this.#terminal.terminal.err(text),
    });
  }

  async work(): Promise<WatchEnd> {
    const { signal } = this.#options;
    const fail = () => this.#events.fail(signal.reason);
    signal.addEventListener("abort", fail, { once: true });
    if (signal.aborted) fail();
    try {
      const { flags, sent } = this.#options;
      this.#saves = await Saves.open(this.#host, flags, sent);
      this.#saves.watch({
        print: (error) => printError(this.#host, error, this.#color),
        onSave: () => this.#events.put({ kind: "saved" }),
        signal: this.#over.signal,
      }).catch((error) => this.#events.fail(error));
      this.#events.put({ kind: "saved" });
      for await (const event of this.#events) {
        const action = this.#machine.take(event);
        const end = action === undefined ? undefined : await this.#do(action);
        if (end !== undefined) return end;
        if (this.#machine.isResting) this.#rest();
      }
      throw new Error("the queue has no end");
    } catch (error) {
      const hasBegun = this.#turns > 0 && !signal.aborted;
      if (hasBegun && error instanceof ExpectedError) await this.#sayIfHeld();
      throw error;
    } finally {
      signal.removeEventListener("abort", fail);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new DOMException("nothing is watched any more", "AbortError"));
    this.#stopTurn.abort(new DOMException("the watching is over", "AbortError"));
    await this.#turn;
    await Promise.all([this.#ready, this.#uploads].map((one) => one[Symbol.asyncDispose]()));
    await this.#terminal[Symbol.asyncDispose]();
  }

  async #do(action: Action): Promise<WatchEnd | undefined> {
    if (typeof action === "object") {
      return void this.#terminal.terminal.err(printable`${action.say}\n`);
    }
    this.#terminal.clear(); // the next rest shows the keys again
    switch (action) {
      case "start":
        this.#stopTurn = new AbortController();
        this.#turn = this.#runTurn(this.#stopTurn.signal).then(
          (exitCode) => this.#events.put({ kind: "ended", exitCode }),
          (error) => this.#events.fail(error),
        );
        return undefined;
      case "stop":
        this.#stopTurn.abort(new DOMException("the turn is to end", "AbortError"));
        return undefined;
      case "edit":
        return await this.#aside(async () => {
          await this.#editor.open();
          return "edited";
        });
      case "shell":
        return await this.#aside(async () => {
          const { host, kube, pause, debugImage, patchFile, signal } = this.#options;
          const session = { host, kube, color: this.#color, debugImage, patchFile, signal };
          await this.#closeReady(); // the shell may change the workspace
          await this.#terminal.suspendFor(() => runShell(session, pause));
          return "back";
        });
      case "continue":
      case "fail":
        return await this.#aside(async () => {
          const { kube, pause } = this.#options;
          await this.#closeReady();
          this.#terminal.terminal.err(await releaseStep(kube, pause, action));
          return "released";
        });
      case "detach":
        await this.#closeReady();
        this.#terminal.terminal.err(howToContinue(this.#options.run, this.#place));
        return "left";
      case "quit":
        return "quit";
      case "interrupt":
        return "interrupted";
    }
  }

  /** Does something besides turns. Returns an end if the step is no longer held after it. */
  async #aside(
    work: () => Promise<"back" | "edited" | "released">,
  ): Promise<"released" | undefined> {
    const { kube, pause, signal } = this.#options;
    this.#repeats.touched();
    let how: Awaited<ReturnType<typeof work>> = "back";
    try {
      how = await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ExpectedError)) throw error;
      printError(this.#host, error, this.#color);
    }
    if (how === "released") return how;
    if (how === "back" && !await isHeld(kube, pause).catch(() => true)) {
      return await released(this.#options, pause);
    }
    if (how === "edited") this.#isEdited = this.#isToShow = true;
    this.#events.put({ kind: "back", isEdited: how === "edited" });
    return undefined;
  }

  #rest(): void {
    this.#ready.open();
    this.#uploads.openAhead();
    this.#uploads.emitNotes().catch(() => {}); // the next turn fails for the same reason
    this.#terminal.show((columns) => renderTurnKeys({ color: this.#color, columns }));
  }

  /** Returns the exit code of the work, if it came to its end. Throws what no save can fix. */
  async #runTurn(stop: AbortSignal): Promise<number | undefined> {
    const { host: { clock }, kube, pause, signal, onSent } = this.#options;
    const isFirst = this.#turns++ === 0;
    this.#announce(isFirst);
    try {
      const { source } = this.#saves;
      const [receipt] = await Promise.all([
        this.#uploads.send(source, AbortSignal.any([signal, stop])),
        isFirst ? this.#noteDeadline() : undefined,
      ]);
      if (isFirst) await onSent?.(receipt, source);
      const startMs = clock.now();
      const { turn, output } = this.#ready.take();
      using _stopping = onAbort(stop, () => turn.stop());
      turn.begin();
      const code = await turn.ended.finally(() => output.end());
      const elapsedMs = clock.now() - startMs;
      await this.#terminal.outputArrives();
      this.#terminal.endLine();
      if (code > SIGNALED || code === ReceiveExit.gateGone) await this.#checkHeld();
      const end = { place: this.#place, exitCode: stop.aborted ? undefined : code, elapsedMs };
      this.#terminal.terminal.err(renderTurnEnd(end, { color: this.#color }));
      const { exitCode } = end;
      if (exitCode === undefined) return undefined;
      if (this.#repeats.ended(await source.entries, exitCode)) {
        this.#terminal.terminal.err(renderUnrepeatable(this.#options.turns));
      }
      if (exitCode === 0 && this.#isToShow) {
        this.#isToShow = false;
        await this.#editor.ran(exitCode);
      }
      return exitCode;
    } catch (error) {
      signal.throwIfAborted();
      if (stop.aborted) return undefined;
      if (!(error instanceof ExpectedError) || error instanceof NotHeld) throw error;
      if (isFirst && error instanceof UsageError) throw error;
      if (!await isHeld(kube, pause).catch(() => true)) throw await this.#notHeld();
      printError(this.#host, error, this.#color);
      return undefined;
    }
  }

  async #noteDeadline(): Promise<void> {
    const { host: { clock }, kube, pause } = this.#options;
    const text = await deadlineNote(kube, pause, clock.now());
    if (text !== undefined) this.#show({ kind: "note", text });
  }

  #announce(isFirst: boolean): void {
    if (isFirst) return;
    const paths = this.#saves.takeChanged();
    const why = this.#isEdited ? printable`Edited\n` : printable`Again\n`;
    this.#isEdited = false;
    const what = paths.length === 0 ? why : renderChanged(paths);
    this.#terminal.terminal.err(joined([printable`\n`, what]));
  }

  /** Later turns show only slow uploads. */
  #draw(event: RunEvent): void {
    const outputs = this.#view.render(event);
    this.#terminal.draw(
      event.kind === "sent" && this.#turns > 1 ? [{ status: printable`` }] : outputs,
    );
  }

  async #closeReady(): Promise<void> {
    await Promise.all([this.#ready.close(), this.#uploads.close()]);
  }

  /** An error ends the watching, but not the pause. */
  async #sayIfHeld(): Promise<void> {
    const { kube, pause, run } = this.#options;
    if (!await isHeld(kube, pause).catch(() => false)) return;
    this.#terminal.terminal.err(howToContinue(run, this.#place));
  }

  /** Throws NotHeld if the step is known to hold no more. */
  async #checkHeld(): Promise<void> {
    const { kube, pause } = this.#options;
    if (!await isHeld(kube, pause).catch(() => true)) throw await this.#notHeld();
  }

  async #notHeld(): Promise<ClusterError> {
    await released(this.#options, this.#options.pause); // throws if its pod is gone
    return new NotHeld(`Cannot watch at step "${this.#place}": it was released by someone else`);
  }
}

/** The step is no longer held. */
class NotHeld extends ClusterError {}
