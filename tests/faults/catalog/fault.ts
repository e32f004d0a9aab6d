/** A fault, and the allowed ways for the client to end after it. */
import type { Moment } from "../proxy/fault_proxy.ts";
import type { Phase, Spot } from "../trial/phases.ts";
import type { ExecProtocol } from "../trial/profile.ts";
import type { FaultContext } from "./context.ts";

export interface Fault {
  readonly name: string;
  readonly spot: Spot;
  /** How often it strikes. A lasting fault strikes each time. */
  readonly times: number;
  /** The allowed exit codes. 0 and 1 must also agree with the result of the run. */
  codes(phase: Phase): readonly number[];
  /** The client must end within that time after the strike, or after the end of the run. */
  readonly endSeconds: number;
  /** Counts `endSeconds` from the strike, even if the run is still running. */
  readonly isPrompt?: boolean;
  /** Returns what to pass on; undefined for nothing. */
  strike(moment: Moment, context: FaultContext): Promise<Uint8Array | undefined>;
  /** Called at each moment after the strike. */
  later?(moment: Moment, context: FaultContext): Promise<void>;
  /** Whether it replaces a log, so that no line of the step can arrive. */
  readonly forgesLogs?: boolean;
  /** Whether it ends or stops the client. The gate then decides about the run. */
  readonly endsClient?: boolean;
  /** Whether it changes the local tree. The old or the new tree may arrive, as a whole. */
  readonly changesTree?: boolean;
  /** The protocol of the exec that it needs. */
  readonly protocol?: ExecProtocol;
  /** Whether it needs an upload into a volume. */
  readonly needsClaim?: boolean;
  /**
   * Whether it strikes an upload of another tree between two uploads of the same tree. The test
   * judges the last of the three uploads.
   */
  readonly isBetweenUploads?: boolean;
  /** Runs before the client starts. */
  prepare?(context: FaultContext): Promise<void>;
  /** Runs after the client has ended. */
  release?(context: FaultContext): Promise<void>;
}

/**
 * A fault that strikes once: the client may give up before the run exists, otherwise it must
 * recover.
 */
export function passing({ stage }: Phase): readonly number[] {
  return stage === "before" ? [0, 3] : [0];
}

/** A silent connection: a held step may give up before the client notices. */
export function quiet({ stage }: Phase): readonly number[] {
  return { before: [0, 1, 3], held: [0, 1, 3, 4], released: [0] }[stage];
}

/** A lasting fault: the client gives up the upload, or its step does; the run may still succeed. */
export function lasting({ stage }: Phase): readonly number[] {
  return stage === "held" ? [0, 1, 3, 4] : [0, 3, 4];
}

export const ENDLESS = Infinity;
/** The limit for everything that the client itself limits. */
export const USUAL_SECONDS = 60;
