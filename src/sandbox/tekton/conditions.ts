/** The condition "Succeeded" of a run, and owner references. */
import type { KubeObject, OwnerReference } from "../../kube/interface.ts";
import type { Condition } from "../../tekton/model.ts";
import { now } from "../store/store.ts";

type Truth = Condition["status"];

export interface State {
  readonly status: Truth;
  readonly reason: string;
  readonly message: string;
}

/** The reason and message of a run's failure. */
export class RunFailure extends Error {
  constructor(readonly reason: string, message: string) {
    super(message);
  }
}

/** Returns the conditions with a new state. The time changes only with the status. */
export function withCondition(before: Condition[] | undefined, state: State) {
  const [old] = (before ?? []) as (Condition & { lastTransitionTime?: string })[];
  const lastTransitionTime = old?.status === state.status ? old.lastTransitionTime : now();
  return [{ type: "Succeeded", ...state, lastTransitionTime }];
}

export function isDone(run: KubeObject): boolean {
  return ["True", "False"].includes(conditionOf(run)?.status ?? "");
}

export function conditionOf(run: KubeObject): Condition | undefined {
  const { conditions } = (run.status ?? {}) as { conditions?: Condition[] };
  return conditions?.find(({ type }) => type === "Succeeded");
}

export function ownerReference(owner: KubeObject): OwnerReference {
  const { apiVersion = "", kind = "", metadata: { name = "", uid = "" } } = owner;
  const reference = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
  return reference;
}
