import assert from "node:assert/strict";
import { releaseStep } from "../../../../src/commands/held/release_step.ts";
import type { Pause } from "../../../../src/hold/pause.ts";
import { FakeKube } from "../../../support/fake_kube.ts";

/** What is told of a step whose container answers a `continue` so. */
async function told(exitCode: number | undefined, said = ""): Promise<string> {
  const kube = new FakeKube();
  kube.onExec = ({ onStderr }) => {
    onStderr?.(new TextEncoder().encode(said));
    return Promise.resolve({ exitCode, message: "the server's words" });
  };
  const at = { namespace: "ns", pod: "p", container: "step-s", step: "s", targetStep: "s" };
  const pause = { ...at, gate: "script", directory: "/w" } as Pause;
  return await releaseStep(kube, pause, "continue").catch((error) =>
    `${error.message}; ${error.hint}`
  );
}

Deno.test("a step that was let go is told, with what the gate notes", async () => {
  assert.equal(await told(0), "Step s continues\n");
  assert.match(
    await told(0, "as debug-continue 0\n"),
    /^Step s continues\nNote: as --exit-code 0$/m,
  );
});

Deno.test("one that can't be let go holds still", async () => {
  assert.equal(
    await told(16, "cannot write the result a\n"),
    'Cannot release step "s": cannot write the result a; the step is still held; try again',
  );
});

Deno.test("one whose gate is gone has gone, and so has one that ends while it is asked", async () => {
  const gone = 'Cannot release step "s": it is no longer held; undefined';
  assert.equal(await told(undefined), gone);
  assert.equal(await told(17, "the gate has let go already: fail\n"), gone);
  // A container's end takes its execs along, by a signal, whatever they had said by then.
  assert.equal(await told(137, "the gate has let go already: fail\n"), gone);
  assert.equal(await told(143), gone);
});
