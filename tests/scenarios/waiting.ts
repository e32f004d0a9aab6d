/** Waits for runs that a scenario does not follow, and releases held steps. */
import assert from "node:assert/strict";
import { findHeldSteps } from "../../src/hold/held_steps.ts";
import { RESOURCE_OF, type Run, type RunKind } from "../../src/tekton/model.ts";
import { phaseOf } from "../../src/tekton/phase.ts";
import type { Cluster } from "../support/cluster.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { tknDev } from "../support/program.ts";

export async function letGo(cluster: Cluster, words: string[]): Promise<void> {
  const ran = await tknDev([...words, ...cluster.flags]);
  assert.equal(ran.code, 0, ran.stderr);
}

/** Resolves once that step holds. */
export async function held({ kube }: Cluster, kind: RunKind, name: string, place: string) {
  const run = { kind, namespace: kube.namespace, name };
  await becomes(async () => {
    const steps = await findHeldSteps(kube, run);
    return steps.some(({ task, targetStep }) =>
      [task, targetStep].filter(Boolean).join("/") === place
    );
  }, `${place} holds`);
}

export async function ended({ kube }: Cluster, kind: RunKind, name: string): Promise<Run> {
  const get = () => kube.get<Run>(RESOURCE_OF[kind], kube.namespace, name);
  await becomes(async () => phaseOf(await get()).kind === "ended", `${name} ends`);
  return await get();
}

/** Polls, because the condition depends on several objects and a log. */
export async function becomes(look: () => Promise<boolean>, what: string): Promise<void> {
  for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs;) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not in time: ${what}`);
}
