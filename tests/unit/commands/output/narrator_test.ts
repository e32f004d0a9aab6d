import assert from "node:assert/strict";
import "../../../support/no_env.ts";
import { openNarrator } from "../../../../src/commands/output/narrator.ts";
import { OutputError } from "../../../../src/errors.ts";
import { FakeHost } from "../../../support/fake_host.ts";

const FLAGS = { color: true, showlogs: true };

Deno.test("a cluster that does not answer is reported once, within two seconds", () => {
  const host = new FakeHost();
  const narrator = openNarrator(host, FLAGS);
  host.clock.advance(1_000);
  assert.equal(host.terminal.stderr, "");
  host.clock.advance(5_000);
  assert.equal(host.terminal.stderr, "Waiting for the cluster to answer\n");
  narrator[Symbol.dispose]();
  assert.equal(host.clock.alarmCount, 0);
});

Deno.test("a cluster that answers is not reported as silent", () => {
  const host = new FakeHost();
  using narrator = openNarrator(host, FLAGS);
  narrator.emit({ kind: "note", text: "here" });
  host.clock.advance(5_000);
  assert.equal(host.terminal.stderr, "Note: here\n");
});

Deno.test("while another program has the terminal, waiting is not reported", () => {
  const host = new FakeHost();
  host.terminal.isLent = true;
  using narrator = openNarrator(host, FLAGS);
  host.clock.advance(5_000);
  narrator.emit({ kind: "waiting", text: "it" });
  assert.equal(host.terminal.stderr, "");
  host.terminal.isLent = false;
  host.clock.advance(2_000);
  assert.equal(host.terminal.stderr, "Waiting for the cluster to answer\n");
});

Deno.test("where events cannot be written, the notes on stderr are", () => {
  const host = new FakeHost();
  host.terminal.out = () => {
    throw new OutputError("Cannot write stdout: the disk is full");
  };
  using narrator = openNarrator(host, { ...FLAGS, events: true });
  assert.throws(() => narrator.emit({ kind: "note", text: "Cancelled it" }), OutputError);
  assert.equal(host.terminal.stderr, "Note: Cancelled it\n");
});

Deno.test("behind a pipe that may end on the terminal, the status waits for the log", () => {
  const host = new FakeHost();
  host.terminal.isTerminal.stderr = true;
  host.terminal.isPiped = true;
  using narrator = openNarrator(host, { ...FLAGS, color: false });
  const task = { name: "test", status: "running", elapsedMs: 1_000 } as const;
  narrator.emit({ kind: "tasks", tasks: [task], elapsedMs: 1_000 });
  assert.match(host.terminal.stderr, /test 1s[^\n]*$/);
  narrator.emit({ kind: "log", task: "test", step: "run", line: "ok 1" });
  narrator.flush();
  assert.ok(host.terminal.stderr.endsWith("\r\x1b[K"));
  host.clock.advance(1_000);
  narrator.flush();
  assert.match(host.terminal.stderr, /test 2s[^\n]*$/);
});
