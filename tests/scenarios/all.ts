/** All scenarios that run on the sandbox and on a real cluster, and the objects that they use. */
import { applyYaml, type Cluster } from "../support/cluster.ts";
import { checkoutScenarios } from "./checkout.ts";
import { besideScenarios } from "./beside.ts";
import { connectionScenarios } from "./connection.ts";
import { createdScenarios } from "./created.ts";
import { debugScenarios } from "./debug.ts";
import { deltaScenarios } from "./delta.ts";
import { escapesScenarios } from "./escapes.ts";
import { heldScenarios } from "./held.ts";
import { lackingScenarios } from "./lacking.ts";
import { outputScenarios } from "./output.ts";
import { refusedScenarios } from "./refused.ts";
import { repairScenarios } from "./repair.ts";
import { resolverScenarios } from "./resolvers.ts";
import type { Scenario } from "./scenario.ts";
import { sessionScenarios } from "./session.ts";
import { sharedScenarios } from "./shared.ts";
import { slowLinkScenarios } from "./slow_link.ts";
import { sourceScenarios } from "./source.ts";
import { unreachableScenarios } from "./unreachable.ts";
import { uploadScenarios } from "./upload.ts";
import { watchScenarios } from "./watch.ts";
import { withGitScenarios } from "./with_git.ts";

export const SCENARIOS: Scenario[] = [
  ...uploadScenarios,
  ...deltaScenarios,
  ...sharedScenarios,
  ...sourceScenarios,
  ...debugScenarios,
  ...sessionScenarios,
  ...heldScenarios,
  ...repairScenarios,
  ...refusedScenarios,
  ...resolverScenarios,
  ...unreachableScenarios,
  ...connectionScenarios,
  ...createdScenarios,
  ...lackingScenarios,
  ...slowLinkScenarios,
  ...watchScenarios,
  ...withGitScenarios,
  ...checkoutScenarios,
  ...escapesScenarios,
  ...outputScenarios,
  ...besideScenarios,
];

export async function applyObjects({ kube }: Cluster): Promise<void> {
  for (const name of ["objects.yaml", "objects_source.yaml"]) {
    await applyYaml(kube, await Deno.readTextFile(new URL(name, import.meta.url)));
  }
}
