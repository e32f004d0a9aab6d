/** A fuzz target: inputs, and a property that holds for each of them. */
import fc from "npm:fast-check@4.11.0";

export { fc };

export interface Target<I> {
  /** A word for the command line and the name of the corpus. */
  readonly name: string;
  /** The property as a sentence. */
  readonly claim: string;
  readonly inputs: fc.Arbitrary<I>;
  /** Throws if the property does not hold. */
  check(input: I): void | Promise<void>;
  /** Inputs that failed once, or that explain the property. They are tried first. */
  readonly corpus: readonly Kept<I>[];
  /** The number of inputs if no time is given: all targets together take about a minute. */
  readonly runs: number;
  /** Programs that it compares with. */
  readonly needs?: readonly string[];
  /** Needs the cluster of KUBECONFIG, and runs only with `--cluster`. */
  readonly needsCluster?: boolean;
  /** Default: none, which proves that it reads, writes and runs nothing. */
  readonly permissions?: Deno.PermissionOptions;
}

/** An entry of a file in corpus/. */
export interface Kept<I> {
  /** The reason for the input. */
  readonly what: string;
  readonly input: I;
}

/** For lists of targets with inputs of different types. */
// deno-lint-ignore no-explicit-any -- a target alone knows the type of its inputs
export type AnyTarget = Target<any>;
