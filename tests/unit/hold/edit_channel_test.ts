import assert from "node:assert/strict";
import { type EditRequests, serveEdits } from "../../../src/hold/edit_channel.ts";
import type { Pause } from "../../../src/hold/pause.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";

const PAUSE = { namespace: "ns", pod: "p", container: "step-s" } as Pause;
const bytes = (text: string) => new TextEncoder().encode(text);

/** Refuses each edit. */
const NOBODY: EditRequests = {
  edit: () => Promise.resolve("Not edited"),
  ran: () => Promise.resolve(),
  ignored: () => {},
};

/** Plays the remote listener: `say` writes to tkn-dev, `hear` returns its next answer. */
async function serve(
  requests: Partial<EditRequests>,
  listener: (say: (text: string) => void, hear: () => Promise<string>) => Promise<void>,
): Promise<FakeKube> {
  const kube = new FakeKube();
  kube.onExec = async ({ stdin, onStdout }) => {
    const reader = stdin!.pipeThrough(new TextDecoderStream()).getReader();
    onStdout?.(bytes("listening\n"));
    assert.equal((await reader.read()).value, "\n", "the sign of life");
    await listener((text) => onStdout?.(bytes(text)), async () => (await reader.read()).value!);
    return { exitCode: 0, message: "" };
  };
  await serveEdits(kube, PAUSE, "c", { ...NOBODY, ...requests }, {
    clock: new FakeClock(),
    signal: new AbortController().signal,
  });
  return kube;
}

Deno.test("an edit is answered once the script is written, a run once it is reported", async () => {
  const told: unknown[] = [];
  const requests: Partial<EditRequests> = {
    edit: () => Promise.resolve(void told.push("edit")),
    ran: (code) => Promise.resolve(void told.push(code)),
  };
  await serve(requests, async (say, hear) => {
    for (const [line, answer] of [["edit", "ready"], ["ran 0", "done"], ["ran 127", "done"]]) {
      say(`${line}\n`);
      assert.equal(await hear(), `${answer}\n`);
    }
  });
  assert.deepEqual(told, ["edit", 0, 127]);
});

Deno.test("the reason for no edit is one line", async () => {
  const edit = () => Promise.resolve("Cannot edit:\nno editor");
  await serve({ edit }, async (say, hear) => {
    say("edit\n");
    assert.equal(await hear(), "no Cannot edit: no editor\n");
  });
});

Deno.test("malformed requests are ignored, and noted once", async () => {
  let notes = 0;
  const edits: string[] = [];
  const requests: Partial<EditRequests> = {
    edit: () => Promise.resolve(`no. ${edits.push("edit")}`),
    ignored: () => void notes++,
  };
  await serve(requests, async (say, hear) => {
    say("edit /home/ada/.bashrc\n");
    say("ran /home/ada/.bashrc\nopen vim\n");
    say("x".repeat(100_000));
    say("\nedit\n");
    assert.equal(await hear(), "no no. 1\n");
  });
  assert.deepEqual([edits, notes], [["edit"], 1]);
});

Deno.test("while one request is answered, one more waits and others are dropped", async () => {
  const first = Promise.withResolvers<string>();
  let edits = 0;
  const edit = () => ++edits === 1 ? first.promise : Promise.resolve("no");
  await serve({ edit }, async (say, hear) => {
    say("edit\n");
    await Promise.resolve();
    while (edits === 0) await new Promise((resolve) => setTimeout(resolve));
    say("edit\n".repeat(500));
    first.resolve("first");
    assert.equal(await hear(), "no first\n");
    assert.equal(await hear(), "no no\n");
  });
  assert.equal(edits, 2);
});

Deno.test("only the listener runs in the container", async () => {
  const kube = await serve({ edit: () => Promise.resolve(undefined) }, async (say, hear) => {
    say("edit\n");
    await hear();
    say("ran 0\n");
    await hear();
  });
  assert.deepEqual(kube.execs.map(({ command }) => command[1]), ["/tkn-dev/listen"]);
});

Deno.test("the end of the container ends the channel", async () => {
  const kube = new FakeKube();
  kube.onExec = () => Promise.reject(new Error("gone"));
  await serveEdits(kube, PAUSE, "c", NOBODY, {
    clock: new FakeClock(),
    signal: new AbortController().signal,
  });
});
