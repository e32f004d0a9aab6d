/** One cell of the matrix, and what was seen of it. */
import type { Fault } from "./fault.ts";
import type { Phase } from "./phases.ts";
import type { Profile } from "./profile.ts";

export interface Injection {
  /** Its place in the matrix. */
  readonly number: number;
  readonly name: string;
  readonly fault: Fault;
  readonly phase: Phase;
  readonly profile: Profile;
}

export interface Observed {
  /** The fault has struck. */
  readonly injected: boolean;
  /** What the harness itself failed at. */
  readonly error?: string;
  readonly state: "no run" | "held" | "released";
  /** How the tree that the released step saw differs: "" where it does not, undefined where it did not come to look. */
  readonly wrongTree?: string;
  readonly code: number;
  /** From the strike to the client's end; where the client is ended by the fault, to the run's. */
  readonly seconds: number;
  readonly hung: boolean;
  /** What the run came to. */
  readonly run?: string;
  readonly leftOvers: readonly string[];
  /** How many were until `tkn-dev cleanup` removed them. */
  readonly cleaned: number;
  /** It has said that a log can't be had. */
  readonly saysNoLog: boolean;
  /** Numbers of the log lines that came. */
  readonly lines: readonly number[];
  readonly stderr: string;
}
