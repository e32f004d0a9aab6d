import assert from "node:assert/strict";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { parse } from "../../../../src/cli/parse.ts";
import { commandLine, heldOptions } from "../../../../src/commands/options/held_options.ts";

Deno.test("the command line for a run has the flags of the cluster and of the impersonation", () => {
  const line =
    "tkn-dev pipelinerun shell r -n ns -c '/home/me/my cluster' --as jane --as-group qa " +
    "--as-group 'night shift'";
  const words = ["pipelinerun", "info", "r", "-n", "ns", "-c", "/home/me/my cluster"];
  const as = ["--as", "jane", "--as-group", "qa", "--as-group", "night shift"];
  assert.equal(commandLine(heldOptions(parse([...words, ...as], PROGRAM)), "shell"), line);
  const plain = heldOptions(parse(["taskrun", "info", "r", "--as", ""], PROGRAM));
  assert.equal(commandLine(plain, "a|b"), "tkn-dev taskrun a|b r");
});
