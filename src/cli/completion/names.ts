/** The lookups of completion, as types. src/commands/complete implements them. */
import type { Candidate } from "./completed.ts";

/** How the typed command line picks a cluster. */
export interface TypedCluster {
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly as?: string;
  readonly asGroups?: readonly string[];
}

export type ObjectKind =
  | "pipelines"
  | "tasks"
  | "claims"
  | "secrets"
  | "config maps"
  | "service accounts"
  | "storage classes";

/** A failed or late lookup finds nothing: no method throws. */
export interface Names {
  contexts(): Promise<readonly Candidate[]>;
  namespaces(): Promise<readonly Candidate[]>;
  objects(kind: ObjectKind): Promise<readonly Candidate[]>;
  /** The newest first; only those of the Pipeline or Task, if it is known. */
  runs(group: string, definition?: string): Promise<readonly Candidate[]>;
  runTasks(run: string): Promise<readonly Candidate[]>;
  runSteps(group: string, run: string): Promise<readonly Candidate[]>;
  heldRuns(group: string): Promise<readonly Candidate[]>;
  heldSteps(group: string, run: string): Promise<readonly Candidate[]>;
  pipeline(name: string): Promise<PipelineNames | undefined>;
  task(name: string): Promise<TaskNames | undefined>;
}

export interface Described {
  readonly name: string;
  readonly text?: string;
}

export interface NamedParam extends Described {
  /** As the user types it. */
  readonly default?: string;
  readonly values?: readonly string[];
  /** Whether a repetition adds to it. */
  readonly isArray?: boolean;
}

export interface PipelineNames {
  readonly params: readonly NamedParam[];
  readonly workspaces: readonly Described[];
  readonly tasks: readonly PipelineTaskNames[];
}

export interface PipelineTaskNames extends Described {
  /** Undefined for a Task that is not read, as one behind a resolver. */
  names(): Promise<TaskNames | undefined>;
}

export interface TaskNames {
  readonly params: readonly NamedParam[];
  readonly workspaces: readonly Described[];
  readonly results: readonly Described[];
  readonly steps: readonly Described[];
}
