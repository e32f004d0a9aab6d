import assert from "node:assert/strict";
import { findHeldSteps } from "../../../src/hold/held_steps.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { release, type ReleaseWord } from "../../../src/hold/release.ts";
import type { GateKind } from "../../../src/step/protocol/gate.ts";
import { LABEL } from "../../../src/tekton/model.ts";
import type { Pod } from "../../../src/tekton/pod.ts";
import { FakeKube } from "../../support/fake_kube.ts";

/** Returns the commands run in the container, a line each, with their stdin in front. */
async function commands(gate: GateKind, word: ReleaseWord, failing?: number): Promise<string[]> {
  const kube = new FakeKube();
  const ran: string[] = [];
  kube.onExec = async ({ command, stdin }) => {
    ran.push(`${await new Response(stdin).text()}|${command.join(" ")}`);
    return { exitCode: ran.length === failing ? 1 : 0, message: "" };
  };
  const postFile = gate === "script" ? undefined : "/tkn-dev/out";
  const at = { namespace: "ns", pod: "p", container: "step-hold-s", step: "hold-s" };
  const place = { ...at, gate, postFile };
  const { exitCode } = await release(kube, place, word, { results: { a: "1" } });
  assert.equal(exitCode, failing === undefined ? 0 : 1);
  return ran;
}

Deno.test("a gate script is released by one command", async () => {
  assert.deepEqual(await commands("script", "run"), ["|/bin/sh /tkn-dev/release run a 1"]);
  assert.deepEqual(await commands("script", "fail"), ["|/bin/sh /tkn-dev/release fail a 1"]);
});

const CP = "/tekton/bin/entrypoint cp";
const RUN = "/tekton/steps/step-hold-s/results/run";

Deno.test("an entrypoint is released by files, the file that it waits for last", async () => {
  // Unless the step's user is root, it cannot read a file that cp creates.
  const created = (path: string) =>
    `|/tekton/bin/entrypoint -post_file ${path} -step_metadata_dir /tkn-dev/create ` +
    "-termination_path /tkn-dev/create/termination -entrypoint /tekton/bin/entrypoint -- step-init";
  const written = (word: string, end = "") => [
    created("/tekton/results/a"),
    `1|${CP} /dev/stdin /tekton/results/a`,
    created(RUN),
    `${word}|${CP} /dev/stdin ${RUN}`,
    `|${CP} /dev/null /tkn-dev/out.beforestepexit${end}`,
  ];
  assert.deepEqual(await commands("entrypoint", "run"), written("true"));
  assert.deepEqual(await commands("entrypoint", "continue"), written("false"));
  assert.deepEqual(await commands("entrypoint", "fail"), written("false", ".err"));
});

Deno.test("a file that can't be written leaves the step held", async () => {
  assert.equal((await commands("entrypoint", "run", 2)).length, 2);
});

Deno.test("held steps are found by their pods' volumes and logs", async () => {
  const kube = new FakeKube();
  kube.onExec = ({ container, command }) => {
    const isAbsent = container === "step-gone" || command.includes("cp");
    return Promise.resolve({ exitCode: isAbsent ? 1 : 0, message: "" });
  };
  const gate = [{ name: "g", mountPath: "/tkn-dev" }];
  const containers = [
    { name: "step-plain", volumeMounts: [{ name: "w", mountPath: "/w" }] },
    { name: "step-held", volumeMounts: gate },
    { name: "step-gone", volumeMounts: gate },
    { name: "step-later", volumeMounts: gate },
    { name: "step-ended", volumeMounts: gate },
    { name: "step-hold-bare", volumeMounts: gate },
    { name: "step-bare" },
  ];
  kube.put<Pod>(PODS, {
    metadata: { name: "p", labels: { [LABEL.pipelineRun]: "r", [LABEL.pipelineTask]: "t" } },
    spec: { containers },
    status: {
      containerStatuses: containers.map(({ name }) => ({
        name,
        state: name === "step-ended" ? { terminated: { exitCode: 0 } } : { running: {} },
      })),
    },
  });
  kube.log("p", "step-plain").say("tkn-dev: held, workspace: /w");
  for (const name of ["step-held", "step-gone", "step-ended"]) {
    kube.log("p", name).say("tkn-dev: held, workspace: ");
  }
  kube.log("p", "step-hold-bare").say("debug before step breakpoint has taken effect, waiting");
  for (const { name } of containers) kube.log("p", name).end();
  const run = { kind: "PipelineRun", namespace: "default", name: "r" } as const;
  const found = await findHeldSteps(kube, run);
  assert.deepEqual(
    found.map(({ task, step, targetStep, gate }) => [task, step, targetStep, gate]),
    [
      ["t", "held", "held", "script"],
      ["t", "hold-bare", "bare", "entrypoint"],
    ],
  );
});
