import assert from "node:assert/strict";
import {
  escape,
  joined,
  type Printable,
  printable,
  printableLines,
  unescaped,
} from "../../src/printable.ts";
import { FakeTerminal } from "../support/fake_host.ts";
import { assertPrintable, HOSTILE } from "../support/hostile.ts";
import type { Terminal } from "../../src/host.ts";

Deno.test("a value is escaped to one line, the text around it is unchanged", () => {
  const name = "a\x1b[2J\nb\r\x9b\u202e\udce9\ud800";
  assert.equal(
    printable`Held at ${name}\n`,
    "Held at a\\x1b[2J\\nb\\r\\u009b\\u202e\\xe9\\ud800\n",
  );
  assert.equal(printable`${3} files`, "3 files");
});

Deno.test("letters of any script, tabs and joined emoji stay as they are", () => {
  const text = "äß→日本\tکتاب‌ها 👩‍💻";
  assert.equal(printable`${text}`, text);
});

Deno.test("escaped text stays as it is when it is printed", () => {
  for (const value of HOSTILE) {
    assert.equal(escape(escape(value)), escape(value));
    assertPrintable(printable`${value}`, "a value");
  }
});

Deno.test("in a text of several lines only the newlines stay", () => {
  assert.equal(printableLines("a\x1b[31m\r\n\tb\n"), "a\\x1b[31m\\r\n\tb\n");
});

Deno.test("a string is not assignable to a terminal, nor printable text to a value", () => {
  const terminal: Terminal = new FakeTerminal();
  const name: string = "x";
  // @ts-expect-error: it may hold anything
  terminal.err(`Held at ${name}\n`);
  // @ts-expect-error: as above
  terminal.out(name);
  const red: Printable = unescaped("\x1b[31mred\x1b[0m");
  // @ts-expect-error: its colors would be escaped
  assert.equal(printable`${red}`, "\\x1b[31mred\\x1b[0m");
  assert.equal(joined([red, printable`x`], " "), "\x1b[31mred\x1b[0m x");
});
