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

Deno.test("a value is shown escaped and on one line, the words around it as they are", () => {
  const name = "a\x1b[2J\nb\r\x9b\u202e\udce9\ud800";
  assert.equal(
    printable`Held at ${name}\n`,
    "Held at a\\x1b[2J\\nb\\r\\u009b\\u202e\\xe9\\ud800\n",
  );
  assert.equal(printable`${3} files`, "3 files");
});

Deno.test("letters of any script, tabs and emoji that are joined stay as they are", () => {
  const text = "äß→日本\tکتاب‌ها 👩‍💻";
  assert.equal(printable`${text}`, text);
});

Deno.test("what is escaped stays as it is when it is printed", () => {
  for (const value of HOSTILE) {
    assert.equal(escape(escape(value)), escape(value));
    assertPrintable(printable`${value}`, "a value");
  }
});

Deno.test("of a text of several lines only the newlines stay", () => {
  assert.equal(printableLines("a\x1b[31m\r\n\tb\n"), "a\\x1b[31m\\r\n\tb\n");
});

Deno.test("neither does a string fit a terminal, nor printable text into another one", () => {
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
