/** Asks a clone for the commit that it has checked out, before the changes are sent. */
import assert from "node:assert/strict";
import { ClusterError, TransferError } from "../../../src/errors.ts";
import type { RunEvent } from "../../../src/events.ts";
import type { Pause } from "../../../src/hold/pause.ts";
import type { ExecOptions } from "../../../src/kube/interface.ts";
import { checkClone, type ExpectedClone } from "../../../src/run/check_clone.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { rejection } from "../../support/refusal.ts";

const COMMIT = "0123456789012345678901234567890123456789";
const OTHER = "9876543210987654321098765432109876543210";
const PAUSE: Pause = {
  namespace: "ns",
  pod: "p",
  uid: "u",
  container: "step-clone",
  image: "git",
  task: "fetch",
  step: "clone",
  targetStep: "clone",
  gate: "script",
  directory: "/workspace/output",
  exitCode: 0,
  said: [],
};
const CLONE: ExpectedClone = {
  commit: COMMIT,
  name: "0123456 (origin/main)",
  commitResults: ["commit"],
};
const EVERYTHING = { entries: [], results: { commit: "mine" } };

interface Played {
  /** The step's answer about its checkout. */
  readonly says?: string;
  /** The files that git has checked out there, and the exit code of git. */
  readonly tracked?: readonly [files: string, exitCode: number];
  readonly exitCode?: number;
  readonly isAuto?: boolean;
  /** How many connections are lost first. */
  readonly lost?: number;
}

async function check(
  { says = "", tracked = ["", 0], exitCode = 0, isAuto = false, lost = 0 }: Played,
) {
  const kube = new FakeKube();
  const clock = new FakeClock();
  clock.isAutomatic = true;
  const commands: string[][] = [];
  const events: RunEvent[] = [];
  kube.onExec = ({ command, onStdout }: ExecOptions) => {
    commands.push([...command]);
    if (commands.length <= lost) return Promise.reject(new ClusterError("Cannot exec: lost"));
    const isTracked = command[2].includes("ls-files -z");
    onStdout?.(new TextEncoder().encode(isTracked ? tracked[0] : says));
    return Promise.resolve({ exitCode: isTracked ? tracked[1] : 0, message: "" });
  };
  const clone = isAuto ? { ...CLONE, everything: () => Promise.resolve(EVERYTHING) } : CLONE;
  const sent = await checkClone(clone, {
    kube,
    clock,
    pause: { ...PAUSE, exitCode },
    path: "/workspace/output/app",
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
  });
  return { sent, commands, notes: events.map((event) => event.kind === "note" && event.text) };
}

Deno.test("a clone that has the commit gets the changes", async () => {
  const { sent, commands, notes } = await check({ says: `head ${COMMIT}\n` });
  assert.deepEqual([sent, notes], [{}, []]);
  assert.deepEqual(commands.map((command) => command.slice(4)), [[
    "/workspace/output/app",
    "commit",
  ]]);
  assert.equal((await check({ says: `sparse\nhead ${COMMIT}\n` })).notes.length, 1);
  assert.equal((await check({ says: `pointers\nhead ${COMMIT}\n` })).notes.length, 1);
});

Deno.test("a clone that has another commit, or says none, or fails, is an error", async () => {
  const refused = async (played: Played) =>
    (await rejection(check(played), TransferError)).split("\n")[0];
  const on = "Cannot upload on top of 0123456 (origin/main): ";
  assert.equal(
    await refused({ says: `head ${OTHER}\nresult ${COMMIT}\n` }),
    `${on}step "fetch/clone" checked out ${OTHER}, not ${COMMIT}`,
  );
  assert.equal(
    await refused({ says: "bash: warning\n" }),
    `${on}step "fetch/clone" does not say what it checked out into /workspace/output/app`,
  );
  assert.equal(
    await refused({ exitCode: 128, says: `head ${COMMIT}\n` }),
    `${on}step "fetch/clone", which clones it, failed with exit code 128`,
  );
});

Deno.test("with --base=auto everything is sent then, and replaces what the clone has", async () => {
  const { sent, notes } = await check({
    says: `head ${OTHER}\n`,
    tracked: ["a\0b/caf\u00e9\0", 0],
    isAuto: true,
  });
  assert.deepEqual(sent, {
    ...EVERYTHING,
    onTop: { removed: ["a", "b/caf\u00e9"] },
    base: undefined,
  });
  assert.match(String(notes[0]), /, not 0123456789.*; everything is uploaded$/);
});

Deno.test("a clone that failed before it had a repository has no files to remove", async () => {
  const { sent } = await check({ exitCode: 1, tracked: ["", 3], isAuto: true });
  assert.deepEqual(sent.onTop, { removed: [] });
});

Deno.test("files of a clone that git cannot list stay an error, also with --base=auto", async () => {
  for (const tracked of [["", 3], ["a\0", 127]] as const) {
    assert.match(
      await rejection(check({ says: `head ${OTHER}\n`, tracked, isAuto: true }), TransferError),
      /checked out 9876543210/,
    );
  }
});

Deno.test("a lost connection is tried again, twice", async () => {
  const { sent, notes } = await check({ says: `head ${COMMIT}\n`, lost: 2 });
  assert.deepEqual([sent, notes], [{}, Array(2).fill("Cannot exec: lost: trying again")]);
  assert.equal(await rejection(check({ lost: 3 }), ClusterError), "Cannot exec: lost");
});
