/** Runs that are cancelled while Tekton creates their pods. */
import assert from "node:assert/strict";
import { PODS } from "../../../src/kube/interface.ts";
import { LABEL } from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { startTknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { becomes } from "../waiting.ts";

/** Spread over the time in which Tekton creates a pod: about every fifth run would leave it. */
const AFTER_MS = [0, 50, 100, 150, 200, 300, 400, 600];

export const earlyCancelScenarios: Scenario[] = [
  {
    name: "Ctrl-C in the first second of a run leaves no pod, whatever Tekton was about to do",
    async run({ flags, kube }, directory) {
      writeTree(directory, tree("file a.txt one\nfile b.txt two\nfile wait x"));
      const args = ["task", "upload", "t-watch", directory, "-w", "name=source,emptyDir="];
      const names: string[] = [];
      for (const ms of AFTER_MS) {
        const program = startTknDev([...args, ...flags]);
        const said = await program.stderrMatch(/Created TaskRun \S+ in/);
        names.push(said.split(" ")[2]);
        await new Promise((resolve) => setTimeout(resolve, ms));
        program.signal("SIGINT");
        const { code, stderr } = await program.ended;
        assert.equal(code, 130, stderr);
      }
      const alive = async () => {
        const pods = await kube.list<Pod>(PODS, { namespace: kube.namespace });
        return pods.filter(({ metadata: { labels } }) =>
          names.includes(labels?.[LABEL.taskRun] ?? "")
        );
      };
      await becomes(async () => (await alive()).length === 0, "the pods are deleted");
    },
  },
];
