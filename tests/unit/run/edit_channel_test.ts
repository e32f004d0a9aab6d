import assert from "node:assert/strict";
import { type EditRequests, serveEdits } from "../../../src/run/edit_channel.ts";
import type { Pause } from "../../../src/run/pause_place.ts";
import { FakeKube } from "../../support/fake_kube.ts";

const PAUSE = { namespace: "ns", pod: "p", container: "step-s" } as Pause;

/** What was to be said over there, by the last `answers`. */
let said: string[] = [];

/** Says these lines as the listener over there does, each after the answer to the one before. */
async function answers(lines: string[], requests: Partial<EditRequests>): Promise<string[]> {
  const kube = new FakeKube();
  const given: string[] = [];
  said = [];
  kube.onExec = async ({ stdin, onStdout, command }) => {
    if (command.includes("say")) {
      said.push(await new Response(stdin).text());
      return { exitCode: 0, message: "" };
    }
    const reader = stdin!.pipeThrough(new TextDecoderStream()).getReader();
    onStdout?.(new TextEncoder().encode("listening\n"));
    for (const line of lines) {
      onStdout?.(new TextEncoder().encode(`${line}\n`));
      given.push((await reader.read()).value!);
    }
    return { exitCode: 0, message: "" };
  };
  const all = {
    edit: () => Promise.resolve(undefined),
    ran: () => Promise.resolve(""),
    ...requests,
  };
  await serveEdits(kube, PAUSE, "c", all, new AbortController().signal);
  return given;
}

Deno.test("an edit is answered once the script is there, and a run once it is told", async () => {
  const told: unknown[] = [];
  const requests: EditRequests = {
    edit: (file) => {
      told.push(file);
      return Promise.resolve(undefined);
    },
    ran: (code) => {
      told.push(code);
      return Promise.resolve(code === 0 ? "well" : "");
    },
  };
  assert.deepEqual(await answers(["edit fix 1.json", "ran 0", "edit", "ran 127"], requests), [
    "ready\n",
    "done\n",
    "ready\n",
    "done\n",
  ]);
  assert.deepEqual(told, ["fix 1.json", 0, "", 127]);
  assert.deepEqual(said, ["well", ""]);
});

Deno.test("why there is nothing to run is one line", async () => {
  const edit = () => Promise.resolve("Cannot edit:\nno editor");
  assert.deepEqual(await answers(["edit "], { edit }), ["no Cannot edit: no editor\n"]);
});

Deno.test("a container that is gone ends it", async () => {
  const kube = new FakeKube();
  kube.onExec = () => Promise.reject(new Error("gone"));
  const requests = { edit: () => Promise.resolve(undefined), ran: () => Promise.resolve("") };
  await serveEdits(kube, PAUSE, "c", requests, new AbortController().signal);
});
