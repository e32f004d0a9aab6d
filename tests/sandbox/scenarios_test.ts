import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { connectionScenarios } from "../scenarios/connection.ts";
import { refusedScenarios } from "../scenarios/refused.ts";
import { tell } from "../scenarios/scenario.ts";
import { unreachableScenarios } from "../scenarios/unreachable.ts";
import { uploadScenarios } from "../scenarios/upload.ts";
import { applyYaml, type Cluster, openCluster } from "../support/cluster.ts";

const SCENARIOS = [
  ...uploadScenarios,
  ...refusedScenarios,
  ...unreachableScenarios,
  ...connectionScenarios,
];

let opened: Promise<Cluster[]> | undefined;

const sandbox = await startSandbox();
globalThis.addEventListener("unload", () => void sandbox.close());

tell(SCENARIOS, () => opened ??= open());

Deno.test(
  "the sandbox that the scenarios ran on ends",
  { sanitizeResources: false },
  () => sandbox.close(),
);

async function open(): Promise<Cluster[]> {
  const cluster = await openCluster(sandbox.kubeconfig);
  const objects = new URL("../scenarios/objects.yaml", import.meta.url);
  await applyYaml(cluster.kube, await Deno.readTextFile(objects));
  return [cluster];
}
