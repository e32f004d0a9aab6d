/** All scenarios that run on the sandbox and on a real cluster, and the objects that they use. */
import { applyYaml, type Cluster } from "../support/cluster.ts";
import { againScenarios } from "./run/again.ts";
import { aheadScenarios } from "./run/ahead.ts";
import { askedScenarios } from "./run/asked.ts";
import { baseScenarios } from "./upload/base.ts";
import { checkoutScenarios } from "./upload/checkout.ts";
import { otherClientScenarios } from "./run/other_clients.ts";
import { completionScenarios } from "./hold/completion.ts";
import { connectionScenarios } from "./upload/connection.ts";
import { createdScenarios } from "./run/created.ts";
import { debugScenarios } from "./hold/debug.ts";
import { deltaScenarios } from "./upload/delta.ts";
import { fileScenarios } from "./run/files.ts";
import { flagScenarios } from "./upload/flags.ts";
import { doctorScenarios } from "./run/doctor.ts";
import { earlyCancelScenarios } from "./run/early_cancel.ts";
import { escapesScenarios } from "./hold/escapes.ts";
import { joinedScenarios } from "./hold/joined.ts";
import { heldScenarios } from "./hold/held.ts";
import { localCodeScenarios } from "./hold/local_code.ts";
import { logsScenarios } from "./run/logs.ts";
import { missingProgramScenarios } from "./upload/missing_programs.ts";
import { baseContentScenarios } from "./upload/base_content.ts";
import { baseWatchScenarios } from "./upload/base_watch.ts";
import { onBaseScenarios } from "./hold/on_base.ts";
import { rejoinScenarios } from "./hold/rejoin.ts";
import { outputScenarios } from "./run/output.ts";
import { randomUserScenarios } from "./upload/random_user.ts";
import { refusedScenarios } from "./run/refused.ts";
import { repairScenarios } from "./hold/repair.ts";
import { resolverScenarios } from "./run/resolvers.ts";
import { startedScenarios } from "./run/started.ts";
import type { Scenario } from "./scenario.ts";
import { sessionScenarios } from "./hold/session.ts";
import { sharedScenarios } from "./upload/shared.ts";
import { slowLinkScenarios } from "./upload/slow_link.ts";
import { sourceScenarios } from "./upload/source.ts";
import { unreachableScenarios } from "./run/unreachable.ts";
import { turnScenarios } from "./hold/turns.ts";
import { uploadScenarios } from "./upload/upload.ts";
import { watchScenarios } from "./run/watch.ts";
import { withGitScenarios } from "./upload/with_git.ts";

export const SCENARIOS: Scenario[] = [
  ...uploadScenarios,
  ...againScenarios,
  ...fileScenarios,
  ...flagScenarios,
  ...deltaScenarios,
  ...sharedScenarios,
  ...sourceScenarios,
  ...debugScenarios,
  ...sessionScenarios,
  ...heldScenarios,
  ...localCodeScenarios,
  ...completionScenarios,
  ...repairScenarios,
  ...refusedScenarios,
  ...resolverScenarios,
  ...unreachableScenarios,
  ...connectionScenarios,
  ...createdScenarios,
  ...startedScenarios,
  ...askedScenarios,
  ...missingProgramScenarios,
  ...randomUserScenarios,
  ...slowLinkScenarios,
  ...turnScenarios,
  ...joinedScenarios,
  ...watchScenarios,
  ...aheadScenarios,
  ...earlyCancelScenarios,
  ...withGitScenarios,
  ...checkoutScenarios,
  ...baseScenarios,
  ...baseContentScenarios,
  ...baseWatchScenarios,
  ...onBaseScenarios,
  ...rejoinScenarios,
  ...escapesScenarios,
  ...doctorScenarios,
  ...outputScenarios,
  ...logsScenarios,
  ...otherClientScenarios,
];

export async function applyObjects({ kube }: Cluster): Promise<void> {
  for (const name of ["objects.yaml", "objects_source.yaml", "objects_base.yaml"]) {
    await applyYaml(kube, await Deno.readTextFile(new URL(name, import.meta.url)));
  }
}
