import assert from "node:assert/strict";
import { LentTerminal } from "../../../src/commands/lent_terminal.ts";
import { FakeHost } from "../../support/fake_host.ts";

Deno.test("keys go to who has the terminal, and to nobody while it is taken back", async () => {
  const { terminal } = new FakeHost();
  // A terminal's keys end with it only: here each turn's do.
  terminal.turns.push("for the shell");
  const lent = new LentTerminal(terminal);
  assert.equal(terminal.isRaw, true);
  assert.equal(await new Response(lent.keys).text(), "for the shell");
  const size = await lent.sizes[Symbol.asyncIterator]().next();
  assert.deepEqual(size.value, terminal.size);
  terminal.turns.push("after");
  const result = await lent.aside(() => {
    assert.equal(terminal.isRaw, false);
    return Promise.resolve("done");
  });
  assert.equal(result, "done");
  assert.equal(terminal.isRaw, true);
  await lent[Symbol.asyncDispose]();
  assert.equal(terminal.isRaw, false);
});
