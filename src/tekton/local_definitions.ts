/** Pipelines, Tasks and StepActions out of files, which come before those of the cluster. Pure. */
import type { Pipeline, StepAction, Task } from "./model.ts";
import type { DefinitionKindName } from "./resolved.ts";

interface Kinds {
  Pipeline: Pipeline;
  Task: Task;
  StepAction: StepAction;
}

/** A definition, and the file that it comes from. */
export interface LocalDefinition<K extends DefinitionKindName = DefinitionKindName> {
  readonly kind: K;
  readonly object: Kinds[K];
  readonly from: string;
}

export class LocalDefinitions {
  readonly #all: readonly LocalDefinition[];

  /** The first definition of a kind and name counts. */
  constructor(all: readonly LocalDefinition[]) {
    this.#all = all;
  }

  find<K extends DefinitionKindName>(kind: K, name: string | undefined): Kinds[K] | undefined {
    if (name === undefined) return undefined;
    return this.of(kind).find(({ object }) => object.metadata.name === name)?.object;
  }

  of<K extends DefinitionKindName>(kind: K): LocalDefinition<K>[] {
    return this.#all.filter((one): one is LocalDefinition<K> => one.kind === kind);
  }

  /** Returns these and others, which come after them. */
  with(others: readonly LocalDefinition[]): LocalDefinitions {
    return new LocalDefinitions([...this.#all, ...others]);
  }

  map(change: (definition: LocalDefinition) => LocalDefinition): LocalDefinitions {
    return new LocalDefinitions(this.#all.map(change));
  }
}
