/** Arguments and variables are bytes to the system: those that are no text are refused in words. */
import assert from "node:assert/strict";
import { commandLine } from "../../support/program.ts";
import { testWith } from "../../support/tools.ts";

/** A shell command in which $0 and what follows is the program. */
async function shell(command: string): Promise<{ code: number; stderr: string }> {
  const words = commandLine([]);
  const options = { args: ["-c", command, ...words], env: { NO_COLOR: "1" } };
  const { code, stderr } = await new Deno.Command("sh", options).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

const options = {
  // The compiled program ends with a panic of its runtime: docs/limitations.md
  ignore: Deno.build.os === "windows" || Deno.env.get("TKN_DEV") !== undefined,
};

testWith(["sh"], "an argument that is not UTF-8 is a usage error", async () => {
  const { code, stderr } = await shell(`"$0" "$@" task upload "$(printf 'caf\\351')"`);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^Error: Cannot read argument 3, "caf\ufffd": it is not UTF-8\nHint: /);
}, options);

testWith(["sh"], "so is a variable that names files", async () => {
  const value = `"$(printf '/caf\\351')"`;
  const { code, stderr } = await shell(`export KUBECONFIG=${value}; "$0" "$@" taskrun info r`);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^Error: Cannot read \$KUBECONFIG: it is not UTF-8\n/);
}, { ignore: Deno.build.os === "windows" });

testWith(["sh"], "one that only has to be set may be anything", async () => {
  const { code, stderr } = await shell(`export NO_COLOR="$(printf '\\351')"; "$0" "$@" nope`);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^Error: Cannot run "tkn-dev nope"/);
}, { ignore: Deno.build.os === "windows" });
