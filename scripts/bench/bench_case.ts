/** The interface of a case. */
import type { Row } from "./report/row.ts";
import type { Stage } from "./stage.ts";

export interface BenchCase {
  readonly name: string;
  readonly about: string;
  /** The default number of rounds. */
  readonly repeat: number;
  /** Throws for a wrong result, and NotHere if the case cannot be measured. */
  run(stage: Stage, repeat: number): Promise<Row[]>;
}

/** This machine or cluster lacks something. */
export class NotHere extends Error {}
