import assert from "node:assert/strict";
import { renderPlot } from "../../../../scripts/bench/report/plot.ts";
import type { Row } from "../../../../scripts/bench/report/row.ts";

const row: Row = {
  name: "source",
  what: "against tar | kubectl exec",
  unit: "x",
  figure: { value: 0.45, low: 0.36, high: 0.9 },
  bar: 0.9,
  detail: "",
};

Deno.test("a figure of half its limit has a bar half as long as the line", () => {
  const plot = renderPlot([row], "2 cores");
  const [, end] = /class="met" x="330" y="[\d.]+" width="(\d+)"/.exec(plot)!;
  const [, bar] = /class="line" d="M(\d+) /.exec(plot)!;
  assert.equal(Number(end), (Number(bar) - 330) / 2);
  assert.match(plot, /class="spread" d="M434 [\d.]+H590"/);
  assert.ok(plot.includes("0.45 x (≤ 0.9 x)"));
});

Deno.test("a figure that misses its limit has another color, and a much longer bar ends in a point", () => {
  const over = (value: number) => ({ ...row, figure: { value, low: value, high: value } });
  assert.match(renderPlot([over(1)], ""), /<rect class="missed"/);
  assert.match(renderPlot([over(9)], ""), /<path class="missed" d="M330 [^"]*H710L720 [^"]*Z"/);
});

Deno.test("a negative figure has no bar, and a row without a limit is left out", () => {
  const none = { ...row, figure: { value: -5, low: -9, high: -1 } };
  assert.match(renderPlot([none], ""), /class="met" x="330" y="[\d.]+" width="0"/);
  assert.doesNotMatch(renderPlot([{ ...row, bar: undefined }], ""), /source/);
});

Deno.test("text is escaped", () => {
  assert.match(
    renderPlot([{ ...row, what: "a < b & c" }], ">"),
    /a &lt; b &amp; c[^]*&gt;<\/text>/,
  );
});
