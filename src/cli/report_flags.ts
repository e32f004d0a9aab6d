/** Flags that report a run to other programs: data. */
import type { FlagSpec } from "./spec.ts";

const OUTCOME: FlagSpec = {
  name: "outcome",
  value: "FILE",
  help: "write the outcome to this file, as one JSON document; - for stdout, in place of the logs",
};

export const REPORT: readonly FlagSpec[] = [
  {
    name: "events",
    help: "print events as lines of JSON on stdout, the lines of the logs among them",
  },
  OUTCOME,
  {
    name: "junit",
    value: "FILE",
    help: "write the outcome to this file, as a JUnit report with a case for each step",
  },
];
