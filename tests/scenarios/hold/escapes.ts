/** A Task that tries to control the user's terminal. */
import assert from "node:assert/strict";
import { startTknDev, tknDev } from "../../support/program.ts";
import { assertPrintable } from "../../support/hostile.ts";
import type { TerminalSession } from "../../support/terminal_session.ts";
import type { Scenario } from "../scenario.ts";
import { atTerminal } from "./session.ts";

const CLIPBOARD = "\x1b]52;c;cm0gLXJm\x07";
const TITLE = "\x1b]0;owned\x1b\\";

/** JSON is YAML. */
const RUN = JSON.stringify({
  apiVersion: "tekton.dev/v1",
  kind: "TaskRun",
  metadata: { generateName: "t-escapes-" },
  spec: {
    debug: { breakpoint: ["onSteps"], steps: ["work"] },
    params: [{ name: "who", value: `${CLIPBOARD}you\u202e\nFAKE` }],
    taskSpec: {
      params: [{ name: "who", type: "string" }],
      steps: [{
        name: "work",
        image: "localhost/busybox:1",
        env: [{ name: "COLOR", value: `${TITLE}blue\u009b2J` }],
        script: `#!/bin/sh
# ${CLIPBOARD} ${TITLE} \u009b2J \u202e \x1b[8mhidden
printf '${CLIPBOARD}\\033[32mgreen\\033[0m %s\\r\\n' "$COLOR"
printf '\\033[2J${TITLE}said\\n' >&2
`,
      }],
    },
  },
});

/** Returns everything that the program writes to a terminal. */
async function shown(args: readonly string[]): Promise<string> {
  await using session: TerminalSession = atTerminal(args, { NO_COLOR: "" });
  await session.until(/ended: 0\n/);
  return session.all;
}

export const escapesScenarios: Scenario[] = [
  {
    name: "neither a script nor an env, a param or their output can control the terminal",
    needs: ["script"],
    async run({ flags }, directory) {
      await Deno.writeTextFile(`${directory}/run.yaml`, RUN);
      const created = await tknDev([
        "create",
        "-f",
        `${directory}/run.yaml`,
        "-o",
        "name",
        ...flags,
      ]);
      assert.equal(created.code, 0, created.stderr);
      const name = created.stdout.trim().split("/")[1];
      const logs = startTknDev(["tr", "logs", name, "-f", ...flags]);
      await logs.stderrMatch(/^Note: Held at work: /m);

      const info = await shown(["tr", "info", name, ...flags]);
      assert.match(info, /^Params: +who=\\x1b\]52;c;cm0gLXJm\\x07you\\u202e FAKE$/m);
      assert.match(info, /^Env: +COLOR=\\x1b\]0;owned\\x1b\\blue\\u009b2J$/m);
      assert.match(info, /^ +2 {2}# \\x1b\]52;c;cm0gLXJm\\x07 .* \\x1b\[8mhidden$/m);
      assertPrintable(info, "info");

      const run = await shown(["tr", "run", name, ...flags]);
      assert.ok(run.split("\n").includes("\x1b[32mgreen\x1b[0m blue"), JSON.stringify(run));
      assert.match(run, /^said$/m);
      assertPrintable(run, "run", { color: true });
      // A pipe gets what the step writes.
      const piped = await tknDev(["tr", "run", name, ...flags]);
      assert.equal(piped.stdout, `${CLIPBOARD}\x1b[32mgreen\x1b[0m ${TITLE}blue\u009b2J\r\n`);

      assert.equal((await tknDev(["tr", "continue", name, ...flags])).code, 0);
      assert.equal((await logs.ended).code, 0);
    },
  },
];
