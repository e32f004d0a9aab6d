import assert from "node:assert/strict";
import { printable } from "../../../src/printable.ts";
import { PIPE_MS, Screen } from "../../../src/view/screen.ts";
import { styles } from "../../../src/view/text/style.ts";

Deno.test("a text is written above the status, which is redrawn", () => {
  const screen = new Screen();
  screen.paint([{ status: printable`Sending` }]);
  assert.deepEqual(screen.paint([{ to: "stdout", text: printable`log\n` }]), [
    { to: "stderr", text: "\r\x1b[K" },
    { to: "stdout", text: "log\n" },
    { to: "stderr", text: "Sending" },
  ]);
});

Deno.test("a status replaces the previous status, and an empty status clears the line", () => {
  const screen = new Screen();
  assert.deepEqual(screen.paint([{ status: printable`` }]), []);
  assert.deepEqual(screen.paint([{ status: printable`one` }]), [{ to: "stderr", text: "one" }]);
  assert.deepEqual(screen.paint([{ status: printable`one` }]), []);
  assert.deepEqual(screen.paint([{ status: printable`two` }]), [{
    to: "stderr",
    text: "\r\x1b[Ktwo",
  }]);
  assert.deepEqual(screen.paint([{ status: printable`` }]), [{ to: "stderr", text: "\r\x1b[K" }]);
});

Deno.test("without a status, a text is written alone", () => {
  const text = { to: "stderr", text: printable`Resumed\n` } as const;
  assert.deepEqual(new Screen().paint([text]), [text]);
});

Deno.test("many texts at once erase and redraw the status once", () => {
  const screen = new Screen();
  screen.paint([{ status: printable`Sending` }]);
  const text = { to: "stdout", text: printable`log\n` } as const;
  assert.deepEqual(screen.paint([text, { status: printable`Sent` }, text]), [
    { to: "stderr", text: "\r\x1b[K" },
    text,
    text,
    { to: "stderr", text: "Sent" },
  ]);
});

Deno.test("a status that a narrower terminal has broken is erased with all of its rows", () => {
  let columns = 40;
  const screen = new Screen({ columns: () => columns });
  screen.paint([{ status: printable`${"x".repeat(39)}` }]);
  columns = 15;
  assert.deepEqual(screen.paint([{ status: printable`short` }]), [
    { to: "stderr", text: "\x1b[2A\r\x1b[Jshort" },
  ]);
});

Deno.test("colors take no room in the status", () => {
  let columns = 40;
  const screen = new Screen({ columns: () => columns });
  screen.paint([{ status: styles(true).bold("x".repeat(15)) }]);
  columns = 15;
  assert.deepEqual(screen.paint([{ status: printable`` }]), [{ to: "stderr", text: "\r\x1b[K" }]);
});

Deno.test("stdout in a file does not move the status", () => {
  const screen = new Screen({ isShared: false });
  screen.paint([{ status: printable`Sending` }]);
  const text = { to: "stdout", text: printable`log\n` } as const;
  assert.deepEqual(screen.paint([text]), [text]);
});

Deno.test("a pipe may end on the terminal: no status until its text is there", () => {
  let nowMs = 0;
  const screen = new Screen({ isShared: false, pipedNow: () => nowMs });
  const status = { status: printable`Running` };
  const text = { to: "stdout", text: printable`log\n` } as const;
  assert.deepEqual(screen.paint([status]), [{ to: "stderr", text: "Running" }]);
  assert.deepEqual(screen.paint([text, status]), [{ to: "stderr", text: "\r\x1b[K" }, text]);
  nowMs += PIPE_MS - 1;
  assert.deepEqual(screen.paint([status]), []);
  nowMs += 1;
  assert.deepEqual(screen.paint([status]), [{ to: "stderr", text: "Running" }]);
});
