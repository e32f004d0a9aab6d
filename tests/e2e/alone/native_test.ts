/** Tekton's own breakpoints are an alpha feature, so the flag is set during the test. */
import { nativeScenarios } from "../../scenarios/hold/native.ts";
import { openUser } from "../open_user.ts";
import { withFlag } from "./feature_flag.ts";

const ALPHA = {
  name: "enable-api-fields",
  value: "alpha",
  otherwise: "beta",
  probe: {
    debug: { breakpoints: { onFailure: "enabled" } },
    taskSpec: { steps: [{ image: "i", command: ["c"] }] },
  },
  isProbeTaken: true,
};

for (const scenario of nativeScenarios) {
  Deno.test({
    name: scenario.name,
    // Only an administrator may set the flag.
    ignore: Deno.env.get("TKN_DEV_TEST_CONTEXTS") === undefined,
    sanitizeResources: false,
    fn: () => withFlag(ALPHA, async () => await scenario.run(await openUser(), "")),
  });
}
