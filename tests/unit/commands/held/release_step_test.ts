import assert from "node:assert/strict";
import { releaseStep } from "../../../../src/commands/held/release_step.ts";
import type { Pause } from "../../../../src/hold/pause.ts";
import { PODS } from "../../../../src/kube/interface.ts";
import { LABEL, TASK_RUNS, type TaskRun } from "../../../../src/tekton/model.ts";
import type { Pod } from "../../../../src/tekton/pod.ts";
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

/** Returns what `continue` with a result says where another gate than a script holds. */
async function givenResult(gate: Pause["gate"], run: object, name: string): Promise<string> {
  const kube = new FakeKube();
  kube.onExec = () => Promise.resolve({ exitCode: 0, message: "" });
  kube.put<Pod>(PODS, { metadata: { name: "p", labels: { [LABEL.taskRun]: "r" } } } as Pod);
  kube.put<TaskRun>(TASK_RUNS, { metadata: { name: "r" }, spec: {}, ...run } as TaskRun);
  const at = { namespace: "default", pod: "p", container: "step-s", step: "s", targetStep: "s" };
  const pause = { ...at, gate, directory: "/w", postFile: "/tkn-dev/out" } as Pause;
  return await releaseStep(kube, pause, "continue", { results: { [name]: "1" } })
    .catch((error) => `${error.message}; ${error.hint}`);
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

Deno.test("a result that the Task does not declare is refused with those that it does", async () => {
  assert.equal(
    await told(24, "result not declared: comit\nthe Task declares: commit step:size\n"),
    'Cannot write result "comit": the Task does not declare it; its results: commit, step:size',
  );
  assert.equal(
    await told(24, "result not declared: a\nthe Task declares no results\n"),
    'Cannot write result "a": the Task does not declare it; it has no results',
  );
});

Deno.test("a step without a shell takes only results of its TaskRun's Task", async () => {
  const names = (results: unknown) => ({ status: { taskSpec: { results } } });
  const known = names([{ name: "commit" }]);
  assert.match(await givenResult("entrypoint", known, "comit"), /"comit".*; its results: commit$/);
  assert.match(await givenResult("entrypoint", names(undefined), "x"), /it has no results$/);
  assert.match(await givenResult("entrypoint", {}, "x"), /continues/);
  assert.match(await givenResult("entrypoint", known, "commit"), /continues/);
});

Deno.test("a result cannot be given at a breakpoint of Tekton's own", async () => {
  for (const gate of ["beforeStep", "onFailure"] as const) {
    assert.match(
      await givenResult(gate, {}, "commit"),
      /^Cannot write result "commit" at step "s": Tekton itself holds it; write \/tekton\/results/,
    );
  }
});
