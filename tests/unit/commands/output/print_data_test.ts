import assert from "node:assert/strict";
import { printData } from "../../../../src/commands/output/print_data.ts";
import { FakeHost } from "../../../support/fake_host.ts";

Deno.test("data goes to a pipe unchanged, and to a terminal escaped except newlines", () => {
  const host = new FakeHost();
  const text = "a: \x1b[31m\x9b\u202e\r\n\tb\n";
  printData(host, text);
  assert.equal(host.terminal.stdout, text);
  host.terminal.stdout = "";
  host.terminal.isTerminal.stdout = true;
  printData(host, text);
  assert.equal(host.terminal.stdout, "a: \\x1b[31m\\u009b\\u202e\\r\n\tb\n");
});
