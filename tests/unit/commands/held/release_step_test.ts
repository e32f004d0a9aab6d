import assert from "node:assert/strict";
import { releaseStep } from "../../../../src/commands/held/release_step.ts";
import type { Pause } from "../../../../src/hold/pause.ts";
import { FakeKube } from "../../../support/fake_kube.ts";

/** Returns the message about a `continue` that the container answers like this. */
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

Deno.test("a released step is reported, with the gate's note", async () => {
  assert.equal(await told(0), "Step s continues\n");
  assert.match(
    await told(0, "as debug-continue 0\n"),
    /^Step s continues\nNote: as --exit-code 0$/m,
  );
});

Deno.test("a step that cannot be released is still held", async () => {
  assert.equal(
    await told(16, "cannot write the result a\n"),
    'Cannot release step "s": cannot write the result a; the step is still held; try again',
  );
});

Deno.test("a step without a gate, or that ends meanwhile, is no longer held", async () => {
  const gone = 'Cannot release step "s": it is no longer held; undefined';
  assert.equal(await told(undefined), gone);
  assert.equal(await told(17, "already released: fail\n"), gone);
  // The end of a container kills its execs with a signal, even after their output.
  assert.equal(await told(137, "already released: fail\n"), gone);
  assert.equal(await told(143), gone);
});
