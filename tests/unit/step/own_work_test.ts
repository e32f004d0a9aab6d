import assert from "node:assert/strict";
import { gateArguments, gateScript, ownWork } from "../../../src/step/gate_script.ts";

const OPTIONS = { step: "s", mode: "before", plain: [], secret: [], hidden: false } as const;
const ARGS = gateArguments({ watchdogSeconds: 1, workspacePath: "/w", own: ["a", "b c"] });

Deno.test("the own work of a held step is read back from its gate", () => {
  for (const carries of [true, false]) {
    for (const own of ["#!/bin/bash\necho 1\n", "#!/bin/sh\n#=> script\necho\n"]) {
      const script = gateScript({ ...OPTIONS, carries, own });
      assert.deepEqual(ownWork(script, ARGS), { script: own, args: ["a", "b c"] });
    }
    assert.deepEqual(ownWork(gateScript({ ...OPTIONS, carries }), ARGS), { args: ["a", "b c"] });
  }
});

Deno.test("a script that is not a gate's has no such work", () => {
  assert.equal(ownWork("#!/bin/sh\necho\n#=> script\n"), undefined);
});
