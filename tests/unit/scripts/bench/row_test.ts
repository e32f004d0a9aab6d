import assert from "node:assert/strict";
import {
  formatMs,
  formatSpread,
  formatValue,
  isMet,
  type Row,
} from "../../../../scripts/bench/report/row.ts";

const row: Row = {
  name: "source",
  what: "against tar",
  unit: "x",
  figure: { value: 0.9, low: 0.8, high: 1.2 },
  bar: 0.9,
  detail: "",
};

Deno.test("a figure equal to its limit meets it", () => {
  assert.equal(isMet(row), true);
  assert.equal(isMet({ ...row, bar: 0.89 }), false);
  assert.equal(isMet({ ...row, bar: undefined }), undefined);
});

Deno.test("a value has three digits", () => {
  const values = [0, 0.01234, 0.9, 0.9041, 5.25, 43.21, 1240.4];
  assert.deepEqual(values.map((value) => formatValue(value, "x")), [
    "0 x",
    "0.0123 x",
    "0.9 x",
    "0.904 x",
    "5.25 x",
    "43.2 x",
    "1240 x",
  ]);
  assert.equal(formatSpread(row.figure), "0.8 to 1.2");
  assert.deepEqual([999, 1930].map(formatMs), ["999 ms", "1.93 s"]);
});
