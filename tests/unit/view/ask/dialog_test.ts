import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { ChoiceDialog } from "../../../../src/view/ask/choice_dialog.ts";
import { Drawing } from "../../../../src/view/ask/frame.ts";
import type { Key } from "../../../../src/view/ask/keys.ts";
import type { Dialog } from "../../../../src/view/ask/question.ts";
import { TextDialog } from "../../../../src/view/ask/text_dialog.ts";
import { assertPrintable, HOSTILE } from "../../../support/hostile.ts";
import { FakeScreen, withoutErasing } from "../../../support/screen.ts";

const SIZE = { columns: 60, rows: 12 };

function type<A>(dialog: Dialog<A>, ...keys: (Key | string)[]): A | undefined {
  const controls = ["enter", "up", "down", "page down", "backspace", "left", "delete line"];
  let answer: A | undefined;
  for (const key of keys) {
    const isText = typeof key === "string" && !controls.includes(key);
    answer = dialog.onKey(isText ? { typed: key } : key as Key)?.answer;
  }
  return answer;
}

/** Returns what a dialog shows, with the cursor as a bar. */
function shownBy(dialog: Dialog<unknown>, size = SIZE): string[] {
  const screen = new FakeScreen(size.columns);
  screen.write(new Drawing(false).draw(dialog.frame(size), size));
  const { row, column } = screen.cursor;
  return screen.lines.map((line, at) =>
    at === row ? `${line.padEnd(column).slice(0, column)}|${line.slice(column)}` : line
  );
}

const RUNS = {
  what: "Run",
  rows: ["build-2", "build-1", "deploy-1"].map((text) => ({ text, about: "Failed" })),
};

Deno.test("a line of text is edited, and Enter takes it", () => {
  const dialog = new TextDialog({ what: "Param", name: "url", about: ["Where the\ncode is"] });
  assert.equal(type(dialog, "ab", "left", "x", "backspace", "y"), undefined);
  assert.deepEqual(shownBy(dialog), ["Param url: ay|b", "  Where the code is"]);
  assert.equal(type(dialog, "enter"), "ayb");
});

Deno.test("Enter alone takes an empty text the second time", () => {
  const dialog = new TextDialog({ what: "Param", name: "a", empty: "the empty string" });
  assert.equal(type(dialog, "enter"), undefined);
  assert.deepEqual(shownBy(dialog), ["Param a: |", "  Enter again for the empty string"]);
  type(dialog, "x", "backspace");
  assert.equal(type(dialog, "enter"), undefined, "a key in between means that it was not meant");
  assert.equal(type(dialog, "enter"), "");
});

Deno.test("a text with a mistake is not taken", () => {
  const check = (text: string) => text === "1Gi" ? undefined : `no size: ${text}`;
  const dialog = new TextDialog({ what: "Size", initial: "1G", check });
  assert.equal(type(dialog, "enter"), undefined);
  assert.deepEqual(shownBy(dialog), ["Size: 1G|", "  no size: 1G"]);
  assert.equal(type(dialog, "i", "enter"), "1Gi");
});

Deno.test("a pasted text keeps its lines in a line of text, and its first line filters a list", () => {
  const text = new TextDialog({ what: "Param", name: "a" });
  type(text, { pasted: "one\ntwo" });
  assert.deepEqual(shownBy(text), ["Param a: one\\ntwo|"]);
  assert.equal(type(text, "enter"), "one\ntwo");
  const list = new ChoiceDialog(RUNS);
  assert.equal(type(list, { pasted: "deploy\nbuild" }), undefined);
  assert.equal(type(list, "enter"), 2);
});

Deno.test("arrows choose a row", () => {
  const dialog = new ChoiceDialog(RUNS);
  assert.deepEqual(shownBy(dialog), [
    "Run: |",
    "> build-2   Failed",
    "  build-1   Failed",
    "  deploy-1  Failed",
    "  arrows move, letters filter",
  ]);
  assert.equal(type(dialog, "down", "down", "down", "down", "up", "enter"), 1);
});

Deno.test("letters leave the rows that have all words, and a whole word is chosen first", () => {
  const rows = ["claim git-2", "secret git", "secret git-1"].map((text) => ({ text }));
  const dialog = new ChoiceDialog({ what: "Workspace", name: "auth", rows });
  type(dialog, "SEC git");
  assert.deepEqual(shownBy(dialog), [
    "Workspace auth: SEC git|",
    "> secret git",
    "  secret git-1",
    "  2 of 3",
  ]);
  type(dialog, "delete line", "git");
  assert.equal(type(dialog, "enter"), 1);
  type(dialog, "delete line", "zzz");
  assert.deepEqual(shownBy(dialog), ["Workspace auth: zzz|", "  nothing matches"]);
  assert.equal(type(dialog, "enter"), undefined);
  assert.equal(type(dialog, "delete line", "enter"), 0);
});

Deno.test("of a long list there is a page, which moves with the chosen row", () => {
  const rows = Array.from({ length: 300 }, (_, at) => ({ text: `claim-${at}` }));
  const dialog = new ChoiceDialog({ what: "Claim", rows });
  type(dialog, ...Array.from({ length: 30 }, () => "page down"));
  const lines = shownBy(dialog);
  assert.ok(lines.length < SIZE.rows, "the question would scroll away");
  assert.deepEqual(lines.slice(-3), [
    "  claim-298",
    "> claim-299",
    "  300 in all; arrows move, letters filter",
  ]);
  assert.equal(type(dialog, "up", "enter"), 298);
});

Deno.test("on a narrow terminal nothing is broken", () => {
  const about = "A description that is much longer than the terminal is wide, ".repeat(5);
  const name = "a-param-with-a-name-longer-than-the-screen";
  const rows = [{ text: "日本語".repeat(20), about }, { text: "b", about }];
  const size = { columns: 40, rows: 10 };
  for (
    const dialog of [
      new ChoiceDialog({ what: "Param", name, about: [about], rows }),
      new TextDialog({ what: "Param", name, about: [about], initial: "x".repeat(200) }),
    ]
  ) {
    const { lines } = dialog.frame(size);
    assert.equal(shownBy(dialog, size).length, lines.length, "no line continues in the next row");
    assert.ok(lines.length < size.rows);
  }
});

Deno.test("a frame replaces the one before, and the answer stays", () => {
  const dialog = new ChoiceDialog({ ...RUNS, about: ["x".repeat(50)] });
  const drawing = new Drawing(false);
  const wide = new FakeScreen(60);
  wide.write("before\r\n");
  wide.write(drawing.draw(dialog.frame(SIZE), SIZE));
  type(dialog, "build");
  wide.write(drawing.draw(dialog.frame(SIZE), SIZE));
  assert.deepEqual(wide.lines.slice(0, 2), ["before", "Run: build"]);
  assert.equal(wide.lines.length, 6);
  wide.write(drawing.end(dialog.answered(), SIZE));
  assert.deepEqual(wide.lines, ["before", "Run: build-2"]);
});

Deno.test("text from the cluster cannot control the terminal", () => {
  for (const text of HOSTILE) {
    const rows = [{ text: `a${text}`, about: text }];
    for (
      const dialog of [
        new ChoiceDialog({ what: "Param", name: text, about: [text], rows }),
        new TextDialog({ what: "Param", name: text, about: [text], initial: text }),
      ]
    ) {
      const screen = new FakeScreen(SIZE.columns);
      const drawing = new Drawing(false);
      screen.write(drawing.draw(dialog.frame(SIZE), SIZE));
      for (const line of screen.lines) assertPrintable(line, JSON.stringify(text));
      const ended = withoutErasing(drawing.end(dialog.answered(), SIZE));
      assert.match(ended, /^\r[^\r\n]*\r\n$/);
    }
  }
});

Deno.test("the rows of a line that a narrower terminal broke are removed too", () => {
  const drawing = new Drawing(false);
  const name = "x".repeat(45);
  drawing.draw(new TextDialog({ what: "Param", name }).frame(SIZE), SIZE);
  assert.equal(drawing.erase({ columns: 30, rows: 12 }), "\x1b[2A\r\x1b[J");
});
