/** `doctor`: whether an upload would work here, without starting one. */
import assert from "node:assert/strict";
import type { Finding } from "../../../src/view/findings.ts";
import { tknDev } from "../../support/program.ts";
import type { Scenario } from "../scenario.ts";

interface Report {
  readonly ready: boolean;
  readonly findings: readonly Finding[];
}

export const doctorScenarios: Scenario[] = [
  {
    name: "doctor finds nothing wrong, and what is wrong with a Pipeline's inputs",
    async run({ flags, kube }, directory) {
      await Deno.writeTextFile(`${directory}/a.txt`, "a");
      const plain = await tknDev(["doctor", directory, ...flags]);
      assert.equal(plain.code, 0, plain.stdout + plain.stderr);
      assert.match(plain.stdout, /^ok +directory +1 file to send, /m);
      assert.match(plain.stdout, /^ok +runs +the server takes a PipelineRun in namespace /m);

      const asked = ["doctor", "t-watch", directory, "-o", "json"];
      const missing = await tknDev([...asked, "-w", "name=source,claimName=none", ...flags]);
      assert.equal(missing.code, 3, missing.stderr);
      const { ready, findings }: Report = JSON.parse(missing.stdout);
      assert.equal(ready, false);
      assert.deepEqual(findings.filter(({ state }) => state === "failure"), [{
        check: "workspaces",
        state: "failure",
        text: `source: there is no claim none in namespace ${kube.namespace}`,
        fix: "bind a new volume: -w name=source,volume=1Gi, or a claim that exists:",
        command: `kubectl get pvc -n ${kube.namespace}`,
      }]);

      const unbound = await tknDev([...asked, ...flags]);
      assert.equal(unbound.code, 3, unbound.stderr);
      const { findings: others }: Report = JSON.parse(unbound.stdout);
      assert.deepEqual(
        others.filter(({ state }) => state === "failure").map(({ fix }) => fix),
        ["-w name=source,volume=1Gi"],
      );
      assert.match(
        others.find(({ check }) => check === "pipeline")!.text,
        /^an upload goes into workspace \S+ of task \S+/,
      );
    },
  },
  {
    name: "doctor reports a namespace that does not exist, or that the user may not use",
    async run({ flags }, directory) {
      await Deno.writeTextFile(`${directory}/a.txt`, "a");
      const { code, stdout } = await tknDev([
        "doctor",
        directory,
        ...flags,
        "-n",
        "nowhere-at-all",
      ]);
      assert.equal(code, 3, stdout);
      assert.match(
        stdout,
        /^FAILED +(namespace +there is no namespace nowhere-at-all|rights +.*may not, in namespace nowhere-at-all: )/m,
      );
    },
  },
];
