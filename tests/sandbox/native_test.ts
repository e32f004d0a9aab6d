/** The scenarios of Tekton's own breakpoints on the sandbox. */
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { nativeScenarios } from "../scenarios/hold/native.ts";
import { registerScenarios } from "../scenarios/scenario.ts";
import { openCluster } from "../support/cluster.ts";

const sandbox = await startSandbox();

registerScenarios(nativeScenarios, async () => [await openCluster(sandbox.kubeconfig)]);

Deno.test(
  "the sandbox of the scenarios of Tekton's own breakpoints ends",
  { sanitizeResources: false },
  () => sandbox.close(),
);
