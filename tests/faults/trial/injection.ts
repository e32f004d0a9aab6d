/** One cell of the matrix, and the observations of it. */
import type { Fault } from "../catalog/fault.ts";
import type { Phase } from "./phases.ts";
import type { Profile } from "./profile.ts";

export interface Injection {
  /** The index in the matrix. */
  readonly number: number;
  readonly name: string;
  readonly fault: Fault;
  readonly phase: Phase;
  readonly profile: Profile;
}

export interface Observation {
  /** Whether the fault struck. */
  readonly injected: boolean;
  /** A failure of the test itself. */
  readonly error?: string;
  readonly state: "no run" | "held" | "released";
  /**
   * How the tree that the released step saw differs: "" if it does not, undefined if the step did
   * not report.
   */
  readonly wrongTree?: string;
  readonly code: number;
  /** From the strike to the client's end, or to the run's end if the fault ends the client. */
  readonly seconds: number;
  readonly hung: boolean;
  /** The final state of the run. */
  readonly run?: string;
  readonly leftOvers: readonly string[];
  /** The number of leftovers that `tkn-dev cleanup` removed. */
  readonly cleaned: number;
  /** Whether the client reported a log that it could not read. */
  readonly saysNoLog: boolean;
  /** Numbers of the log lines that arrived. */
  readonly lines: readonly number[];
  readonly stderr: string;
}
