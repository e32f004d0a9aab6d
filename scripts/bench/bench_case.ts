/** What a case is. */
import type { Row } from "./row.ts";
import type { Stage } from "./stage.ts";

export interface BenchCase {
  readonly name: string;
  readonly about: string;
  /** How often each is measured, where nothing else is said. */
  readonly repeat: number;
  /** Throws where a result is wrong, and NotHere where it can't be measured. */
  run(stage: Stage, repeat: number): Promise<Row[]>;
}

/** Something that this machine or cluster lacks. */
export class NotHere extends Error {}
