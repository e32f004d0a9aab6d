import assert from "node:assert/strict";
import { type GitAnswers, gitAsker } from "../../../../src/tree/git/git_answers.ts";
import { gitAnswers } from "../../../support/git_answers.ts";

const CONFIG =
  "git --no-optional-locks -c core.fsmonitor=false config -z --type=path --get-regexp " +
  "^core\\.(autocrlf|eol|excludesfile|filemode|ignorecase|symlinks)$";
const TRACKED =
  "git --no-optional-locks -c core.fsmonitor=false ls-files -z --stage --cached --ignored --exclude-standard";

const INDEX = "git --no-optional-locks -c core.fsmonitor=false ls-files -z -t --stage";

async function ask(
  programs: Record<string, string>,
  variables: Record<string, string> = {},
): Promise<GitAnswers | string> {
  const ask = gitAsker({
    capture(command, options) {
      assert.equal(options?.cwd, "/tree");
      return Promise.resolve(programs[command.join(" ")]);
    },
    env: { get: (name) => variables[name] },
  });
  return await ask("/tree");
}

Deno.test("git answers with the tracked files that are ignored, and its configuration", async () => {
  const tracked = "100644 0123 0\ta\0";
  const config = "core.excludesfile\n/etc/ignore\0core.ignorecase\ntrue\0" +
    "core.excludesfile\n/home/me/my ignore \0";
  const answers = await ask({ [CONFIG]: config, [TRACKED]: tracked });
  assert.deepEqual(
    answers,
    gitAnswers({ excludesFile: "/home/me/my ignore ", ignoresCase: true, tracked }),
  );
});

Deno.test("an empty core.excludesFile counts as unset", async () => {
  const answers = await ask({ [CONFIG]: "core.excludesfile\n\0", [TRACKED]: "" }, {
    HOME: "/home/me",
  });
  assert.deepEqual(answers, gitAnswers());
});

Deno.test("git answers with the index, whether modes are reliable, and its line ending settings", async () => {
  const index = "H 100755 0123 0\trun.sh\0";
  for (
    const [config, expected] of [
      ["core.filemode\nfalse\0core.autocrlf\ntrue\0", { trustsModes: false, autocrlf: "true" }],
      ["core.filemode\ntrue\0core.autocrlf\ninput\0", { autocrlf: "input" }],
      ["core.autocrlf\nFALSE\0core.eol\nCRLF\0", { eol: "crlf" }],
      ["core.symlinks\nfalse\0", { hasLinks: false }],
      ["core.autocrlf\nnonsense\0core.eol\nnonsense\0", {}],
    ] as [string, Partial<GitAnswers>][]
  ) {
    const answers = await ask({ [CONFIG]: config, [TRACKED]: "", [INDEX]: index });
    assert.deepEqual(answers, gitAnswers({ index, ...expected }), config);
  }
});

for (
  const [variables, excludesFile] of [
    [{ HOME: "/home/me" }, "/home/me/.config/git/ignore"],
    [{ HOME: "/home/me", XDG_CONFIG_HOME: "" }, "/home/me/.config/git/ignore"],
    [{ HOME: "/home/me", XDG_CONFIG_HOME: "/etc/xdg" }, "/etc/xdg/git/ignore"],
    [{}, ""],
  ] as [Record<string, string>, string][]
) {
  Deno.test(`git's default excludes file with ${JSON.stringify(variables)} is "${excludesFile}"`, async () => {
    assert.deepEqual(await ask({ [TRACKED]: "" }, variables), gitAnswers({ excludesFile }));
  });
}

Deno.test("without an answer, the text says whether git is installed", async () => {
  assert.equal(await ask({}), "git is not installed");
  assert.equal(
    await ask({ "git --no-optional-locks -c core.fsmonitor=false --version": "git version 2\n" }),
    "git cannot read the repository (git -C '/tree' status says why)",
  );
});
