/** The interface of a case. */
import type { Row } from "./report/row.ts";
import type { Fixture } from "./fixture.ts";

export interface BenchCase {
  readonly name: string;
  readonly about: string;
  /** The default number of rounds. */
  readonly repeat: number;
  /** Throws for a wrong result, and NotHere if the case cannot be measured. */
  run(fixture: Fixture, repeat: number): Promise<Row[]>;
}

/** This machine or cluster lacks something. */
export class NotHere extends Error {}
