/** Turns what a step's log says about holding into pauses, or a missed pause, of the live run. */
import { canHold, type Pause } from "../../hold/pause.ts";
import type { Stored } from "../../kube/interface.ts";
import type { Pod } from "../../tekton/pod.ts";
import type { LiveRun } from "../live_run.ts";

export class PauseDetector {
  #hasHeld = false;
  #pause: Pause | undefined;
  /** Whether only one of the two lines of a pause after the step's work has arrived. */
  #isHalf = false;

  constructor(
    private readonly live: LiveRun,
    private readonly pod: Stored<Pod>,
    private readonly container: string,
  ) {}

  /** Whether the step has a gate that has not held yet. */
  get mayStillHold(): boolean {
    return canHold(this.pod, this.container) && !this.#hasHeld;
  }

  /**
   * Adds the pause to the live run. After its work, a gate says that it holds on stdout and on
   * stderr: once both lines have arrived, so has all output of the work.
   */
  found(pause: Pause): void {
    this.#hasHeld = true;
    this.#isHalf = pause.gate === "script" && pause.exitCode !== undefined && !this.#isHalf;
    if (this.#isHalf) return;
    this.#pause = pause;
    this.live.addPause(pause);
  }

  /** The step has printed something: if it held, it works now. */
  works(): void {
    if (this.#pause === undefined) return;
    this.live.endPause(this.#pause);
    this.#pause = undefined;
  }

  /** Adds a missed pause if the log ended and the step did not hold; `said` are its last lines. */
  end(said: readonly string[]): void {
    if (!this.mayStillHold) return;
    const { live, pod, container } = this;
    const { name, uid } = pod.metadata;
    const image = pod.spec?.containers?.find((one) => one.name === container)?.image ?? "";
    live.addMissed({ pod: name, uid, container, image, said });
  }
}
