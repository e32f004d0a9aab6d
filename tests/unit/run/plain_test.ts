import assert from "node:assert/strict";
import { ClusterError, Interrupted } from "../../../src/errors.ts";
import type { RunEvent } from "../../../src/events.ts";
import { runPlain } from "../../../src/run/plain.ts";
import { TASK_RUNS, type TaskRun } from "../../../src/tekton/model.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { turn } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";
import { ended } from "./stage.ts";

const NAME = "r-bbbbc";

function play(kube = new FakeKube()) {
  const host = new FakeHost(undefined, kube);
  const events: RunEvent[] = [];
  const run: TaskRun = {
    kind: "TaskRun",
    metadata: { generateName: "r-", namespace: "default" },
    spec: {},
  };
  const { clock, random, interrupt } = host;
  const running = runPlain({
    kube,
    clock,
    random,
    interrupt,
    runManifest: { inline: () => run },
    emit: (event) => events.push(event),
  });
  running.catch(() => {});
  return { kube, host, events, running };
}

async function isCreated(kube: FakeKube): Promise<void> {
  while (kube.changes.length === 0) await turn();
  await turn();
}

Deno.test("a plain run is followed to its end, and its outcome returned", async () => {
  const { kube, events, running } = play();
  await isCreated(kube);
  kube.update<TaskRun>(TASK_RUNS, NAME, (run) => {
    run.status = ended(false, "Failed");
  });
  assert.equal((await running).succeeded, false);
  assert.deepEqual(events.map(({ kind }) => kind), ["created", "ended"]);
});

Deno.test("after Ctrl-C a plain run continues, and the message has the command that follows it", async () => {
  const { kube, host, running } = play();
  await isCreated(kube);
  host.pressCtrlC();
  assert.equal(
    await rejection(running, Interrupted),
    `Interrupted: TaskRun ${NAME} continues; tkn-dev taskrun logs ${NAME} -f -n default follows it`,
  );
  assert.deepEqual(kube.changes, [`create TaskRun ${NAME}`]);
});

Deno.test("a plain run that somebody deletes is an error, without a note that it continues", async () => {
  const { kube, events, running } = play();
  await isCreated(kube);
  kube.remove(TASK_RUNS, NAME);
  await rejection(running, ClusterError);
  assert.deepEqual(events.map(({ kind }) => kind), ["created"]);
});
