import assert from "node:assert/strict";
import { ANSWER_MS, askKey, QUIET_MS } from "../../../../src/commands/session/key_question.ts";
import { FakeClock } from "../../../support/fake_host.ts";
import { turn, until } from "../../../support/fake_transport.ts";

const QUESTION = { text: "Edit it?", yes: "edit" };
const CHOICES = "[e]dit, no (any other key): ";

function stage() {
  const clock = new FakeClock();
  let typed!: ReadableStreamDefaultController<Uint8Array>;
  const keys = new ReadableStream<Uint8Array>({ start: (controller) => void (typed = controller) });
  let shown = "";
  const answer = askKey({ clock, keys, show: (text) => void (shown += text) }, QUESTION);
  return {
    answer,
    clock,
    end: () => typed.close(),
    shown: () => shown,
    async type(text: string) {
      typed.enqueue(new TextEncoder().encode(text));
      await turn();
    },
    async wait(ms: number) {
      await until(() => clock.alarmCount > 0);
      clock.advance(ms);
      await turn();
    },
  };
}

Deno.test("the key means yes, once the choices are shown", async () => {
  const { answer, shown, type, wait } = stage();
  assert.equal(shown(), "Edit it? ");
  await wait(QUIET_MS);
  assert.equal(shown(), `Edit it? ${CHOICES}`);
  await type("e");
  assert.equal(await answer, true);
  assert.equal(shown(), `Edit it? ${CHOICES}edit\n`);
});

Deno.test("every other input means no", async () => {
  const others = [
    "n",
    "E",
    "ee",
    "e\r",
    "\r",
    "\x03",
    "\x1b",
    "\x1b[6;1R",
    "\x1b]le\x1b\\",
    "é",
    "",
  ];
  for (const keys of others) {
    const { answer, shown, type, wait } = stage();
    await wait(QUIET_MS);
    await type(keys);
    assert.equal(await answer, false, JSON.stringify(keys));
    assert.equal(shown(), `Edit it? ${CHOICES}no\n`);
  }
});

Deno.test("keys typed ahead and a terminal's own answers do not count", async () => {
  const { answer, shown, type, wait } = stage();
  await type("e");
  for (const keys of ["e", "\x1b[0n", "\x1b[?62;c", "e", "ls\r"]) {
    await wait(QUIET_MS - 1);
    await type(keys);
  }
  assert.equal(shown(), "Edit it? ", "not even shown what to press");
  await wait(QUIET_MS);
  assert.equal(shown(), `Edit it? ${CHOICES}`);
  await type("e");
  assert.equal(await answer, true);
});

Deno.test("no answer in time means no", async () => {
  const { answer, shown, wait } = stage();
  await wait(QUIET_MS);
  await wait(ANSWER_MS - 1);
  assert.equal(shown(), `Edit it? ${CHOICES}`);
  await wait(1);
  assert.equal(await answer, false);
  assert.match(shown(), /no: no key within 60 s\n$/);
});

Deno.test("a user who never stops typing gets no question", async () => {
  const { answer, clock, type } = stage();
  const endMs = clock.now() + ANSWER_MS;
  while (clock.now() <= endMs) {
    await type("e");
    clock.advance(QUIET_MS - 1);
  }
  await type("e");
  assert.equal(await answer, false);
});

Deno.test("a closed terminal means no", async () => {
  const { answer, end } = stage();
  end();
  assert.equal(await answer, false);
});
