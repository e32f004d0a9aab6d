import assert from "node:assert/strict";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { CLUSTER } from "../../../src/cli/shared_flags.ts";
import { SHELL_INIT_SCRIPTS } from "../../../src/cli/shell_init/scripts.ts";

Deno.test("each function tkn knows all names of pipeline and task", () => {
  const groups = PROGRAM.groups.filter(({ name }) => ["pipeline", "task"].includes(name));
  const names = groups.flatMap(({ name, aliases }) => [name, ...aliases]).sort();
  for (const [shell, script] of Object.entries(SHELL_INIT_SCRIPTS)) {
    const [, line] = /^ *(?:case )?(p\b.*\btasks)\)?$/m.exec(script) ?? [];
    assert.deepEqual(line?.split(/[ |]+/).sort(), names, shell);
  }
});

Deno.test("each function tkn skips the flags of the cluster that take a value", () => {
  const flags = CLUSTER.filter(({ value }) => value !== undefined);
  assert.ok(flags.length > 3);
  for (const [shell, script] of Object.entries(SHELL_INIT_SCRIPTS)) {
    for (const { name } of flags) {
      assert.match(script, new RegExp(`[ |]--${name}[ )\\n]`), `${shell} --${name}`);
      assert.match(script, new RegExp(`[ '|]--${name}=\\*`), `${shell} --${name}=`);
    }
  }
});

Deno.test("each function tkn takes verbs that both groups have", () => {
  for (const group of ["pipeline", "task"]) {
    for (const verb of ["upload", "debug"]) {
      assert.ok(PROGRAM.commands.some(({ path }) => path.join(" ") === `${group} ${verb}`));
    }
  }
});
