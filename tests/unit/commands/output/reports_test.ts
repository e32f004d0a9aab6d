import assert from "node:assert/strict";
import { reported } from "../../../../src/commands/output/reports.ts";
import type { RunEvent } from "../../../../src/events.ts";
import { ClusterError, OutputError } from "../../../../src/errors.ts";
import { FileError } from "../../../../src/host.ts";
import { FakeHost } from "../../../support/fake_host.ts";

const CREATED: RunEvent = { kind: "created", resource: "TaskRun", name: "r", namespace: "n" };
const ENDED: RunEvent = {
  kind: "ended",
  outcome: {
    succeeded: false,
    resource: "TaskRun",
    name: "r",
    reason: "f",
    message: "",
    tasks: [],
  },
};

/** Runs a command that has these events and then ends so; returns what it wrote. */
async function run(
  flags: { junit?: string; outcome?: string },
  events: readonly RunEvent[],
  end: () => Promise<number>,
  change: (host: FakeHost) => void = () => {},
) {
  const host = new FakeHost();
  const written: Record<string, string> = {};
  host.files.writeText = (path: string, text: string) => {
    if (path === "denied") return Promise.reject(new FileError(path, "permission denied"));
    written[path] = text;
    return Promise.resolve();
  };
  change(host);
  const passed: RunEvent[] = [];
  const ended = await reported(host, { events: false, ...flags }, async (reports) => {
    const emit = reports.listening((event) => passed.push(event));
    events.forEach(emit);
    return await end();
  }).then((code) => ({ code }), (error) => ({ error }));
  assert.deepEqual(passed, events);
  const outcome = JSON.parse(written["o.json"] ?? (host.terminal.stdout || "null"));
  return { ...ended as { code?: number; error?: Error }, written, outcome };
}

Deno.test("at the end of a run both reports are written", async () => {
  const flags = { junit: "j.xml", outcome: "o.json" };
  const { code, written, outcome } = await run(flags, [CREATED, ENDED], () => Promise.resolve(1));
  assert.equal(code, 1);
  assert.match(written["j.xml"], /TaskRun r/);
  assert.ok(written["o.json"].endsWith("}\n"));
  assert.deepEqual([outcome.exitCode, outcome.run.namespace, outcome.outcome.reason], [
    1,
    "n",
    "f",
  ]);
});

Deno.test("an error before the run's end leaves an outcome, and no JUnit report", async () => {
  const error = new ClusterError("no", { hint: "h" });
  const flags = { junit: "j.xml", outcome: "o.json" };
  const ran = await run(flags, [CREATED], () => Promise.reject(error));
  assert.equal(ran.error, error);
  assert.deepEqual(Object.keys(ran.written), ["o.json"]);
  const { kind: _, ...created } = CREATED;
  assert.deepEqual(ran.outcome, {
    version: 1,
    exitCode: 3,
    run: created,
    error: { message: "no", hint: "h" },
  });
});

Deno.test("Ctrl-C and a bug are errors of the outcome too", async () => {
  const { outcome } = await run(
    { outcome: "-" },
    [],
    () => Promise.reject(new TypeError("odd")),
  );
  assert.deepEqual([outcome.exitCode, outcome.error.message], [70, "TypeError: odd"]);
  let host!: FakeHost;
  const interrupted = await run({ outcome: "-" }, [CREATED], () => {
    host.pressCtrlC();
    return Promise.reject(host.interrupt.reason);
  }, (given) => host = given);
  assert.equal(interrupted.outcome.exitCode, 130);
  assert.deepEqual(interrupted.outcome.error, { message: "Interrupted" });
});

Deno.test("a report that cannot be written is an error with the flag that names another", async () => {
  for (const [name, hint] of [["junit", "--junit FILE"], ["outcome", "--outcome FILE"]]) {
    const { error } = await run({ [name]: "denied" }, [ENDED], () => Promise.resolve(0));
    assert.ok(error instanceof OutputError);
    assert.equal(error.message, 'Cannot write "denied": permission denied');
    assert.ok(error.hint!.startsWith(hint));
  }
  const flags = { junit: "denied", outcome: "o.json" };
  const { outcome } = await run(flags, [ENDED], () => Promise.resolve(0));
  assert.equal(outcome.exitCode, 5);
});

Deno.test("a report without a directory is refused before the command begins", async () => {
  for (const [name, hint] of [["junit", "--junit FILE"], ["outcome", "--outcome FILE"]]) {
    const begin = () => Promise.reject(new Error("it began"));
    const { error } = await run({ [name]: "/nope/report" }, [], begin);
    assert.ok(error instanceof OutputError);
    assert.equal(error.message, 'Cannot write "/nope/report": no such directory');
    assert.ok(error.hint!.startsWith(hint));
  }
});
