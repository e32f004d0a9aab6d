import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { nativeScenarios } from "../scenarios/native.ts";
import { tell } from "../scenarios/scenario.ts";
import { openCluster } from "../support/cluster.ts";

const sandbox = await startSandbox();

tell(nativeScenarios, async () => [await openCluster(sandbox.kubeconfig)]);

Deno.test(
  "the sandbox that Tekton's own breakpoints were tried on ends",
  { sanitizeResources: false },
  () => sandbox.close(),
);
