/** Something that goes wrong, and how the client may end then. */
import type { Moment } from "./proxy/fault_proxy.ts";
import type { Phase, Spot } from "./phases.ts";
import type { World } from "./world.ts";

export interface Fault {
  readonly name: string;
  readonly spot: Spot;
  /** How often it strikes; a lasting one each time. */
  readonly times: number;
  /** The exit codes that are right; 0 and 1 have to agree with the run in any case. */
  codes(phase: Phase): readonly number[];
  /** The client ends within that time, from the strike or from the end of the run on. */
  readonly endSeconds: number;
  /** From the strike on in any case. */
  readonly isPrompt?: boolean;
  /** What is passed on; undefined: nothing. */
  strike(moment: Moment, world: World): Promise<Uint8Array | undefined>;
  /** Called at each moment after the strike. */
  later?(moment: Moment, world: World): Promise<void>;
  /** It stands in for a log: no line of the step's can come. */
  readonly forgesLogs?: boolean;
  /** The client is ended or stopped by it: what becomes of the run is the gate's to decide. */
  readonly endsClient?: boolean;
  /** The local tree is another after it: either may arrive, whole. */
  readonly changesTree?: boolean;
  /** It needs an upload into a volume. */
  readonly needsClaim?: boolean;
  /**
   * What is struck is an upload of another tree between two whole ones of the same tree. Judged is the second of these.
   */
  readonly isBetween?: boolean;
  /** Before the client starts. */
  prepare?(world: World): Promise<void>;
  /** When all is over. */
  release?(world: World): Promise<void>;
}

/** Once, and all is well afterwards: what has not begun may be given up, what has goes on. */
export function passing({ stage }: Phase): readonly number[] {
  return stage === "before" ? [0, 3] : [0];
}

/** A connection that says nothing: by when that is noticed a held step may have given up. */
export function quiet({ stage }: Phase): readonly number[] {
  return { before: [0, 1, 3], held: [0, 1, 3, 4], released: [0] }[stage];
}

/** For good: an upload is given up, or its step gives up before; a run that was let go may still be seen to end. */
export function lasting({ stage }: Phase): readonly number[] {
  return stage === "held" ? [0, 1, 3, 4] : [0, 3, 4];
}

export const ENDLESS = Infinity;
/** As long as a client may take for what has an end of its own. */
export const USUAL_SECONDS = 60;
