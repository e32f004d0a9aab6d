import assert from "node:assert/strict";
import { playCast, type Played } from "../../../../scripts/docs/cast_screen.ts";
import { castSvg } from "../../../../scripts/docs/cast_svg.ts";
import type { CastEvent } from "../../../support/cast.ts";

const HEADER = { width: 10, height: 3 };

function play(...outputs: [seconds: number, text: string][]): Played {
  const events = outputs.map(([seconds, text]): CastEvent => [seconds, "o", text]);
  return playCast({ header: HEADER, events }, { idleMs: 1000, frameMs: 50 });
}

/** The rows that are shown at a time, each as its text. */
function rowsAt({ states }: Played, ms: number): Record<number, string> {
  const shown = states.filter(({ fromMs, untilMs = Infinity }) => fromMs <= ms && ms < untilMs);
  assert.equal(new Set(shown.map(({ row }) => row)).size, shown.length, "a row is shown twice");
  return Object.fromEntries(shown.map(({ row, runs }) => [
    row,
    runs.reduce((text, { column, text: part }) => text.padEnd(column) + part, ""),
  ]));
}

Deno.test("a screen shows each row from its time until another text takes its place", () => {
  const played = play([0, "$ "], [0.5, "ls\r\n"], [1, "a\r\n"]);
  assert.deepEqual(rowsAt(played, 100), { 0: "$" });
  assert.deepEqual(rowsAt(played, 600), { 0: "$ ls" });
  assert.deepEqual(rowsAt(played, 2000), { 0: "$ ls", 1: "a" });
});

Deno.test("a status line is drawn over, and erased to its end", () => {
  assert.deepEqual(rowsAt(play([0, "Waiting"], [1, "\r\x1b[KDone"]), 2000), { 0: "Done" });
});

Deno.test("a line that is too long continues in the next row, and rows scroll off the top", () => {
  assert.deepEqual(rowsAt(play([0, "0123456789ab\r\n1\r\n2\r\n3"]), 1000), {
    0: "1",
    1: "2",
    2: "3",
  });
});

Deno.test("a long wait is cut short", () => {
  assert.equal(play([0, "a"], [60, "b"]).durationMs, 1000);
});

Deno.test("colors and bold are styles, and other control sequences are skipped", () => {
  const { states } = play([0, "\x1b[1;92mok\x1b[0m \x1b[6n\x1b[!pno"]);
  assert.deepEqual(states[0].runs, [
    { column: 0, text: "ok", styles: ["bold", "color-2"] },
    { column: 3, text: "no", styles: [] },
  ]);
});

Deno.test("a picture has text that is escaped, and the last screen is visible without motion", () => {
  const svg = castSvg(play([0, "a <b>"], [1, "\rc & d"]), { title: "t", description: '"d"' });
  assert.match(svg, /aria-label="&quot;d&quot;"/);
  assert.match(svg, /<text y="51" class="a k0 h"><tspan x="18">a &lt;b&gt;<\/tspan><\/text>/);
  assert.match(svg, /<text y="51" class="a k1"><tspan x="18">c &amp; d<\/tspan><\/text>/);
  assert.match(svg, /prefers-color-scheme:dark/);
});
