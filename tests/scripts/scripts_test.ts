import assert from "node:assert/strict";
import { gateScript, HELD_PREFIX } from "../../src/step/scripts.ts";

Deno.test("the script is small, has its own shebang and the marker line that clients wait for", () => {
  const script = gateScript();
  assert.ok(script.startsWith("#!/bin/sh\n"));
  // Of all scripts of a Task Tekton takes some 95 KiB: six held steps leave a quarter for their work.
  assert.ok(script.length < 12_500, `${script.length} bytes`);
  assert.ok(script.includes(`printf '${HELD_PREFIX}%s\\n'`));
  // deno-lint-ignore no-control-regex
  assert.match(script, /^[\x00-\x7f]*$/, "ASCII, for a shell may have any locale");
});

Deno.test("Tekton finds nothing to substitute in the script", () => {
  // https://github.com/tektoncd/pipeline/blob/v1.9.0/pkg/substitution/substitution.go
  assert.doesNotMatch(gateScript(), /\$\([_a-zA-Z0-9-]+[.[]/);
});

Deno.test("the gate ends before its payload", () => {
  assert.match(gateScript(), /^exit .*\n#=> receive\n#!\/bin\/sh\n/m);
});
