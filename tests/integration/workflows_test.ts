/** The workflows of this repository follow the rules, and agree with .ci/run. */
import assert from "node:assert/strict";
import { usedActions, workflowFaults } from "../../scripts/check_workflows/rules.ts";
import { testWith } from "../support/tools.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const WORKFLOWS = `${ROOT}.github/workflows/`;

for (const name of ["ci.yml", "release.yml"]) {
  Deno.test(`${name} follows the rules for workflows`, async () => {
    const text = await Deno.readTextFile(WORKFLOWS + name);
    assert.deepEqual(workflowFaults(text), []);
    assert.ok(usedActions(text).length > 0);
  });

  Deno.test(`${name} uses the Deno of .ci/run`, async () => {
    const versions = async (path: string) =>
      new Set((await Deno.readTextFile(path)).match(/\bdeno@[\d.]+/g));
    assert.deepEqual(await versions(WORKFLOWS + name), await versions(`${ROOT}.ci/run`));
  });
}

testWith(
  ["git"],
  "the commits of actions are compared with the tags of their repositories",
  async () => {
    using place = temporaryDirectory();
    const git = async (...args: string[]) => {
      const as = ["-c", "user.name=a", "-c", "user.email=a@example.test"];
      const options = {
        args: ["-C", place.path, ...as, ...args],
        stdout: "piped",
        stderr: "piped",
      };
      assert.ok((await new Deno.Command("git", options as Deno.CommandOptions).output()).success);
    };
    await git("init", "-q");
    await git("commit", "-q", "--allow-empty", "-m", "another commit");
    await git("tag", "-a", "v7.0.1", "-m", "a release of another commit");
    const args = ["run", "-A", `${ROOT}scripts/check_workflows.ts`, "--tags", place.path];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    assert.equal(code, 1);
    const said = new TextDecoder().decode(stderr);
    assert.match(said, /^ci\.yml: line \d+: v7\.0\.1 of actions\/checkout is [0-9a-f]{40}$/m);
    assert.match(
      said,
      /^release\.yml: line \d+: v7\.0\.0 of actions\/upload-artifact is not there$/m,
    );
  },
);
