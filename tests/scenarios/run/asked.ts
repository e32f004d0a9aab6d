/** Questions at a real pseudo-terminal, for what the command line lacks. */
import assert from "node:assert/strict";
import { TASK_RUNS } from "../../../src/tekton/model.ts";
import { atTerminal } from "../hold/session.ts";
import type { Scenario } from "../scenario.ts";

export const askedScenarios: Scenario[] = [
  {
    name: "a Task, its params and a claim are asked for at a terminal, and Ctrl-C creates nothing",
    needs: ["script"],
    async run({ flags, kube, claim }) {
      const runs = async () => {
        const selector = { namespace: kube.namespace, labels: "tekton.dev/task=t-asked" };
        return (await kube.list(TASK_RUNS, selector)).map(({ metadata }) => metadata.name);
      };
      const before = await runs();
      await using session = atTerminal(["task", "start", ...flags]);
      await session.until(/Task: /);
      await session.type("t-asked\r");
      await session.until(/Task: t-asked.*\n/);
      await session.until(/Param text: .*\n {2}said \\x1b\[31min red/);
      await session.type("a value");
      await session.until(/Param text: a value/);
      await session.type("\x03");
      await session.until(/Error: Interrupted: no run was created\n/);
      await session.until(/ended: 130\n/);
      assert.deepEqual(await runs(), before);

      const line = ["task", "start", "t-asked", "-p", "list=x,y", ...flags];
      await using second = atTerminal(line);
      await second.until(/Param text: /);
      // A paste of two lines, as terminals mark it.
      await second.type("\x1b[200~one\rtwo\x1b[201~");
      await second.until(/Param text: one\\ntwo/);
      await second.type("\r");
      await second.until(/Workspace place: /);
      await second.until(/> new volume +deleted with the run/);
      await second.type(claim);
      await second.until(new RegExp(`> claim ${claim}`));
      await second.type("\r");
      await second.until(new RegExp(`Workspace place: claim ${claim}`));
      await second.until(/Bind an optional workspace: .*\n> no.*\n {2}extra/);
      await second.type("\r");
      await second.until(/\[say\] one\n/);
      await second.until(/\[say\] two x y of true false\n/);
      await second.until(/ended: 0\n/);
      assert.equal((await runs()).length, before.length + 1);
    },
  },
];
