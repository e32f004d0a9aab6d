/** What a fuzz target is: inputs, and a property that holds for each of them. */
import fc from "npm:fast-check@4.11.0";

export { fc };

export interface Target<I> {
  /** One word, which names it on the command line and is the name of its corpus. */
  readonly name: string;
  /** The property as a sentence. */
  readonly claim: string;
  readonly inputs: fc.Arbitrary<I>;
  /** Throws where the property does not hold. */
  check(input: I): void | Promise<void>;
  /** Inputs that broke it once, or that are the reason for the property: always tried first. */
  readonly corpus: readonly Kept<I>[];
  /** Inputs to try where no time is given: all targets together take about a minute. */
  readonly runs: number;
  /** Programs that it compares with. */
  readonly needs?: readonly string[];
  /** Only where `--cluster` allows requests to the cluster of KUBECONFIG. */
  readonly needsCluster?: boolean;
  /** Default: none, which proves that nothing is read, written or run. */
  readonly permissions?: Deno.PermissionOptions;
}

/** A line of a file in corpus/. */
export interface Kept<I> {
  /** What is special about the input. */
  readonly what: string;
  readonly input: I;
}

/** For lists of targets with inputs of different types. */
// deno-lint-ignore no-explicit-any -- a target alone knows the type of its inputs
export type AnyTarget = Target<any>;
