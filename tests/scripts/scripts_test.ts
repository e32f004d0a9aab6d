import assert from "node:assert/strict";
import { readHeldLine } from "../../src/step/protocol/gate.ts";
import { gateScript, type GateScriptOptions } from "../../src/step/gate_script.ts";

const CARRIER: GateScriptOptions = {
  step: "compile",
  mode: "failure",
  plain: ["GOFLAGS", "VERSION"],
  secret: ["TOKEN"],
  hidden: true,
  carries: true,
};

Deno.test("the scripts are small: Tekton accepts about 95 KiB for a whole Task", () => {
  const carrier = gateScript(CARRIER);
  assert.ok(carrier.startsWith("#!/bin/sh\n"));
  assert.ok(carrier.length < 41_000, `${carrier.length} bytes`);
  const other = gateScript({ ...CARRIER, carries: false });
  assert.ok(other.length < 1_200, `${other.length} bytes`);
});

Deno.test("the scripts are ASCII, because a shell may have any locale", () => {
  // deno-lint-ignore no-control-regex
  assert.match(gateScript(CARRIER), /^[\x00-\x7f]*$/);
});

Deno.test("Tekton finds nothing to substitute in the script", () => {
  // https://github.com/tektoncd/pipeline/blob/v1.9.0/pkg/substitution/substitution.go
  assert.doesNotMatch(gateScript(CARRIER), /\$\([_a-zA-Z0-9-]+[.[]/);
});

Deno.test("the loader exits before the files that it unpacks, of which the step's script is the last", () => {
  const script = gateScript({ ...CARRIER, own: "#!/usr/bin/python3\n#=> x\n" });
  assert.match(script, /^exit .*\n#=> gate\n#!\/bin\/sh\n/m);
  assert.match(
    script,
    /^#=> step\ng_step='compile' g_mode=failure g_hidden=1\n[^#]*#=> script\n#!\/usr\/bin\/python3\n#=> x\n$/m,
  );
});

Deno.test("variables with names that no shell can read are left out of the script", () => {
  const plain = ["A", "with.dot", "with-dash", "-x", "$(id)", "it's"];
  const script = gateScript({ ...CARRIER, plain, secret: [], hidden: false });
  assert.match(
    script,
    /^g_step='compile' g_mode=failure g_hidden=\ng_again='tkn-dev'\ng_results=''\ng_plain='A'\ng_secret=''\n$/m,
  );
});

Deno.test("the line of a gate is read, with the output of a step in front of it", () => {
  const gate = "script";
  const cases = [
    ["tkn-dev: held, workspace: /w", { gate, directory: "/w", into: "", before: "" }],
    ["tkn-dev: held, workspace: ", { gate, directory: "", into: "", before: "" }],
    [
      "tkn-dev: held, workspace: /w x, directory: a, directory: b",
      { gate, directory: "/w x", into: "a, directory: b", before: "" },
    ],
    ["100%tkn-dev: held, workspace: /w", undefined],
    [
      "tkn-dev: held after exit code 0, workspace: /w",
      { gate, directory: "/w", into: "", exitCode: 0, before: "" },
    ],
    [
      "100%tkn-dev: held after exit code 143, workspace: ",
      { gate, directory: "", into: "", exitCode: 143, before: "100%" },
    ],
    [
      "2026/01/01 debug before step breakpoint has taken effect, waiting",
      { gate: "entrypoint", directory: "", into: "", before: "" },
    ],
    ["hello", undefined],
  ] as const;
  for (const [line, said] of cases) assert.deepEqual(readHeldLine(line), said);
});
