import assert from "node:assert/strict";
import { wishOf } from "../../../../src/commands/turns/wishes.ts";
import { KeyReader } from "../../../../src/view/ask/keys.ts";

const wishes = (text: string) =>
  new KeyReader().push(new TextEncoder().encode(text)).map((key) => wishOf(key) ?? "-").join(" ");

Deno.test("letters, Enter, Ctrl-C and Ctrl-D are wishes", () => {
  assert.equal(wishes("e"), "edit");
  assert.equal(wishes("Q"), "quit");
  assert.equal(wishes("\r"), "again");
  assert.equal(wishes("\x03"), "interrupt");
  assert.equal(wishes("\x04"), "detach");
});

Deno.test("other letters, several at once, arrows and pasted text mean nothing", () => {
  assert.equal(wishes("x"), "-");
  assert.equal(wishes("cf"), "-");
  assert.equal(wishes("\x1b[A"), "-");
  assert.equal(wishes("\x1b[200~c\x1b[201~"), "-");
});
