import assert from "node:assert/strict";
import { ClusterError, Interrupted } from "../../../src/errors.ts";
import type { KubeObject } from "../../../src/kube/interface.ts";
import { refused, unreachable } from "../../../src/kube/status.ts";
import { createOnce } from "../../../src/objects/create_once.ts";
import { TASK_RUNS } from "../../../src/tekton/model.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { turn, until } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";

/** Creates a TaskRun `r-...`, with a clock that advances by itself. */
class Stage {
  readonly kube = new FakeKube();
  readonly host = new FakeHost();

  constructor() {
    this.host.clock.isAutomatic = true;
  }

  create(metadata: { name?: string; generateName?: string } = { generateName: "r-" }) {
    const { kube, host: { clock, random, interrupt } } = this;
    const run: KubeObject = { kind: "TaskRun", metadata: { namespace: "default", ...metadata } };
    return createOnce({ kube, clock, random, interrupt }, TASK_RUNS, run);
  }

  /** The server's answers to the next create requests. */
  answers(...codes: [code: number, message: string][]): void {
    this.kube.onChange = () => {
      const [code, message] = codes.shift() ?? [];
      const what = { verb: "create", kind: "TaskRun", server: "s" };
      if (code !== undefined) throw refused(what, { code, message });
    };
  }

  async names(): Promise<string[]> {
    const runs = await this.kube.list(TASK_RUNS, { namespace: "default" });
    return runs.map(({ metadata }) => metadata.name!);
  }
}

Deno.test("the client chooses a name as the API server would", async () => {
  const stage = new Stage();
  const { metadata } = await stage.create({ generateName: "a".repeat(80) });
  assert.match(metadata.name!, /^a{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  assert.equal(metadata.generateName, "a".repeat(80));
});

for (const accident of ["request lost", "answer lost", "sent twice"] as const) {
  Deno.test(`one run exists, and is known, after this accident at its creation: ${accident}`, async () => {
    const stage = new Stage();
    stage.kube.accidents.push(accident);
    const { metadata } = await stage.create();
    assert.deepEqual(await stage.names(), [metadata.name]);
    assert.ok(metadata.uid);
    assert.equal(stage.kube.changes.length, accident === "request lost" ? 2 : 1);
    assert.equal(stage.host.clock.alarmCount, 0);
  });
}

for (const code of [500, 502, 503, 504]) {
  Deno.test(`a ${code} does not say whether the run exists: the client looks it up`, async () => {
    const stage = new Stage();
    stage.answers([code, "a proxy's words"]);
    assert.deepEqual([(await stage.create()).metadata.name], await stage.names());
  });
}

Deno.test("the answer to a lookup may be lost too", async () => {
  const stage = new Stage();
  stage.kube.accidents.push("answer lost");
  let losses = 2;
  stage.kube.onRead = () => {
    if (losses-- > 0) throw unreachable("s", new Error("cut off"));
  };
  const { metadata } = await stage.create();
  stage.kube.onRead = () => {};
  assert.deepEqual(await stage.names(), [metadata.name]);
});

Deno.test("a user who may not get a run finds it by list", async () => {
  const stage = new Stage();
  stage.kube.accidents.push("answer lost");
  stage.kube.onRead = (read) => {
    if (read.startsWith("get")) {
      throw refused({ verb: "get", kind: "TaskRun", server: "s" }, { code: 403 });
    }
  };
  assert.deepEqual([(await stage.create()).metadata.name], await stage.names());
});

Deno.test("a name in use is replaced if it was generated, else refused", async () => {
  const stage = new Stage();
  const theirs = await stage.kube.create<KubeObject>(TASK_RUNS, { metadata: { name: "r-bbbbc" } });
  const { metadata: { name } } = await stage.create();
  assert.notEqual(name, "r-bbbbc");
  const { metadata } = await stage.kube.get(TASK_RUNS, "default", "r-bbbbc");
  assert.equal(metadata.uid, theirs.metadata.uid);
  assert.match(await rejection(stage.create({ name: "r-bbbbc" }), ClusterError), /already exists/);
});

Deno.test("a refusal is final, and so is a webhook's failure", async () => {
  for (const [code, message] of [[403, "no"], [500, "failed calling webhook: no"]] as const) {
    const stage = new Stage();
    stage.answers([code, message], [code, message]);
    await rejection(stage.create(), ClusterError);
    assert.deepEqual([await stage.names(), stage.kube.changes], [[], []]);
    assert.deepEqual(stage.host.clock.delays, [60_000]); // there was no pause
  }
});

Deno.test("a request that is turned away for now is repeated", async () => {
  const stage = new Stage();
  stage.answers([429, "too many"], [
    409,
    "the object has been modified; please apply your changes",
  ]);
  assert.deepEqual([(await stage.create()).metadata.name], await stage.names());
});

Deno.test("a server that stays out of reach is an error with the run's name and how to cancel it", async () => {
  const stage = new Stage();
  stage.kube.accidents.push("answer lost");
  stage.kube.onRead = () => {
    throw unreachable("https://s", new Error("connection refused"));
  };
  const told = await rejection(stage.create(), ClusterError);
  stage.kube.onRead = () => {};
  const [name] = await stage.names();
  assert.match(
    told,
    new RegExp(`^Cannot tell whether TaskRun "${name}" was created, it may exist: `),
  );
  assert.match(told, new RegExp(`\n.*tkn taskrun cancel ${name} -n default$`));
  assert.equal(stage.host.clock.alarmCount, 0);
});

Deno.test("after Ctrl-C the client awaits the answer for a moment, then reports the name", async () => {
  const stage = new Stage();
  stage.host.clock.isAutomatic = false;
  stage.kube.create = () => new Promise(() => {});
  const creating = rejection(stage.create(), Interrupted);
  await turn();
  stage.host.pressCtrlC();
  await turn();
  stage.host.clock.advance(2_000);
  assert.match(
    await creating,
    /^Interrupted: TaskRun "r-bbbbc" may exist\n.*tkn taskrun cancel r-bbbbc -n default$/,
  );
  assert.equal(stage.host.clock.alarmCount, 0);
});

Deno.test("after Ctrl-C a run whose answer is lost is still found, so that it can be cancelled", async () => {
  const stage = new Stage();
  stage.host.clock.isAutomatic = false;
  stage.kube.accidents.push("answer lost");
  let isAway = true;
  stage.kube.onRead = () => {
    if (isAway) throw unreachable("s", new Error("cut off"));
  };
  const creating = stage.create();
  await until(() => stage.host.clock.delays.includes(500));
  isAway = false;
  stage.host.pressCtrlC();
  assert.deepEqual([(await creating).metadata.name], await stage.names());
});
