import assert from "node:assert/strict";
import { Ahead } from "../../../../src/commands/watch/ahead.ts";
import { IdleLine } from "../../../../src/commands/watch/idle_line.ts";
import { refused } from "../../../../src/kube/status.ts";
import type { Outcome, RunEvent } from "../../../../src/events.ts";
import { runStarted } from "../../../../src/run/held_run.ts";
import { PIPELINE_RUNS, type PipelineRun } from "../../../../src/tekton/model.ts";
import { turn, until } from "../../../support/fake_transport.ts";
import { MINUTE, Play as RunPlay } from "../../run/ahead/play.ts";

/** Plays the watch at a terminal: the current run, and those that wait. */
class Play implements AsyncDisposable {
  readonly play = new RunPlay();
  readonly line = new IdleLine(this.play.host);
  readonly ahead = new Ahead(this.play.host, this.line);

  constructor() {
    this.play.host.terminal.isTerminal = { stdin: true, stdout: true, stderr: true };
    this.line.begin();
  }

  begin(early: readonly string[] = [], options = this.play.options()): void {
    this.ahead.begin(options, this.play.current, early);
    this.hear({ kind: "log", step: "s", line: "tested" });
  }

  /** The current run has an event. */
  readonly hear = this.ahead.listening(() => {});

  get said(): string {
    // deno-lint-ignore no-control-regex -- the terminal's commands
    return this.play.host.terminal.stderr.replaceAll(/\r?\x1b\[[0-9;]*[A-Za-z]/g, "");
  }

  async ready(times = 1): Promise<void> {
    const count = () => this.said.split("The next run is ready").length - 1;
    await until(() => count() >= times, `ready for the ${times}. time`);
  }

  get created(): number {
    return this.play.kube.changes.filter((change) => change.startsWith("create")).length;
  }

  get deleted(): number {
    return this.play.kube.changes.filter((change) => change.startsWith("delete")).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ahead[Symbol.asyncDispose]();
    await this.play[Symbol.asyncDispose]();
  }
}

Deno.test("the line says that the next run is ready, until it is taken", async () => {
  await using watch = new Play();
  watch.begin();
  await watch.ready();
  watch.line.end();
  const options = watch.play.options();
  const taken = await watch.ahead.take(options);
  assert.ok(taken?.isSent);
  assert.deepEqual(watch.play.events.map(({ kind }) => kind), ["created", "paused"]);
  await runStarted(options, taken.run, taken, () => {});
  assert.equal(await watch.ahead.take(options), undefined, "no other waits");
  assert.deepEqual([watch.created, watch.deleted], [1, 0]);
});

Deno.test("the next run is created at a line of the current one, its end, or after a while", async () => {
  for (const kind of ["log", "ended", "late"] as const) {
    await using watch = new Play();
    const { play, ahead } = watch;
    watch.hear({ kind: "log", step: "s", line: "from before the upload" });
    ahead.begin(play.options(), play.current, []);
    watch.hear({ kind: "waiting", text: "pod x: starting" });
    play.host.clock.advance(9_999);
    for (let turns = 0; turns < 5; turns++) await turn();
    assert.equal(watch.created, 0);
    if (kind === "log") watch.hear({ kind, step: "s", line: "tested" });
    else if (kind === "ended") watch.hear({ kind, outcome: {} as Outcome });
    else play.host.clock.advance(1);
    await watch.ready();
    assert.equal(watch.created, 1);
  }
});

Deno.test("a save before that is for another run, and no run is created for it", async () => {
  await using watch = new Play();
  const { play, ahead } = watch;
  ahead.begin(play.options(), play.current, []);
  assert.equal(await ahead.take(play.options()), undefined);
  play.host.clock.advance(10_000);
  for (let turns = 0; turns < 5; turns++) await turn();
  assert.equal(watch.created, 0);
});

Deno.test("a run that waits is discarded at the end", async () => {
  const watch = new Play();
  watch.begin();
  await watch.ready();
  await watch[Symbol.asyncDispose]();
  assert.deepEqual([watch.created, watch.deleted], [1, 1]);
});

Deno.test("an interrupt discards it at once, while the current run is being cancelled", async () => {
  await using watch = new Play();
  watch.begin();
  await watch.ready();
  watch.play.host.pressCtrlC();
  await until(() => watch.deleted === 1, "the run is deleted");
});

Deno.test("a run of another definition is not taken, and discarded", async () => {
  await using watch = new Play();
  watch.begin();
  await watch.ready();
  const spec = { params: [{ name: "revision", value: "abc" }] };
  const run: PipelineRun = { kind: "PipelineRun", metadata: { generateName: "p-run-" }, spec };
  const options = { ...watch.play.options(), runManifest: { inline: () => run } };
  assert.equal(await watch.ahead.take(options), undefined);
  assert.equal(watch.deleted, 1);
  assert.deepEqual(watch.play.events, [
    { kind: "note", text: "The run has changed: a new one is created for it" },
  ]);
});

Deno.test("a run whose clone is at another commit is not taken, though its definition is the same", async () => {
  await using watch = new Play();
  const options = watch.play.options();
  const at = (commit: string) => {
    const clone = { commit, name: "origin/main", commitResults: [] };
    return { ...options, upload: { ...options.upload, clone } };
  };
  watch.begin([], at("one"));
  await watch.ready();
  assert.equal(await watch.ahead.take(at("two")), undefined);
  assert.equal(watch.deleted, 1);
});

Deno.test("a run that somebody deletes is replaced, and one that is too old", async () => {
  await using watch = new Play();
  watch.begin();
  await watch.ready();
  const { play } = watch;
  play.kube.remove(PIPELINE_RUNS, play.name);
  play.isReady = false;
  await until(() => watch.created === 2, "another run");
  await watch.ready(2);
  play.isReady = false;
  play.host.clock.advance(10 * MINUTE);
  await until(() => watch.created === 3, "another run");
  await watch.ready(3);
  assert.doesNotMatch(watch.said, /Note/);
});

Deno.test("a quota without room for another run is noted once, and no run waits any more", async () => {
  await using watch = new Play();
  watch.play.kube.onChange = (change) => {
    if (!change.startsWith("create")) return;
    const what = { verb: "create", kind: "PipelineRun", namespace: "default", server: "s" };
    const message = 'pipelineruns.tekton.dev "x" is forbidden: exceeded quota: runs';
    throw refused(what, { code: 403, message });
  };
  watch.begin();
  await until(() => /Note/.test(watch.said), "a note");
  assert.match(
    watch.said,
    /^Note: From now on, each run is created at its save: Cannot create .* exceeded quota: runs\n/,
  );
  watch.play.kube.onChange = () => {};
  watch.begin();
  for (let turns = 0; turns < 5; turns++) await turn();
  assert.equal(watch.created, 0);
});

Deno.test("work that does not wait for the upload is named; on a claim it forbids the run", async () => {
  await using watch = new Play();
  const options = watch.play.options();
  const workspaces = [{ name: "source", persistentVolumeClaim: { claimName: "cache" } }];
  const run: PipelineRun = { kind: "PipelineRun", metadata: {}, spec: { workspaces } };
  const events: RunEvent[] = [];
  watch.line.passTo((event) => events.push(event));
  watch.begin(["task clean"]);
  watch.begin(["task clean"], { ...options, runManifest: { inline: () => run } });
  assert.deepEqual(events, [
    { kind: "note", text: "The next run does the work of task clean before the save" },
    {
      kind: "note",
      text: "No run waits for the next save: task clean would work beside the run before it, " +
        "on claim cache",
    },
  ]);
});
