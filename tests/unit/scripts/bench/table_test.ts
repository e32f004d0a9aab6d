import assert from "node:assert/strict";
import type { Row } from "../../../../scripts/bench/report/row.ts";
import { renderLine, renderPage } from "../../../../scripts/bench/report/table.ts";

const missed: Row = {
  name: "source",
  what: "against kubectl cp",
  unit: "x",
  figure: { value: 0.9, low: 0.8, high: 1.2 },
  bar: 0.65,
  detail: "1.8 s and 2 s",
};
const told: Row = { ...missed, what: "the first line", unit: "ms", bar: undefined };

Deno.test("a row is one line of the terminal", () => {
  assert.equal(
    renderLine(missed),
    "no     source: against kubectl cp: 0.9 x (bar 0.65 x), 0.8 to 1.2; 1.8 s and 2 s",
  );
  assert.match(renderLine(told), /^ {7}source: the first line: 0\.9 ms, 0\.8/);
});

Deno.test("the page has a table as deno fmt writes it, and lists what was not measured", () => {
  const page = renderPage([missed, told], {
    date: "2026-01-02",
    machine: "2 cores",
    program: "compiled",
    notes: ["slow is not measured."],
  });
  assert.ok(page.includes([
    "| case   | measured           | bar      | figure | spread     | of            | met |",
    "| ------ | ------------------ | -------- | ------ | ---------- | ------------- | --- |",
    "| source | against kubectl cp | ≤ 0.65 x | 0.9 x  | 0.8 to 1.2 | 1.8 s and 2 s | no  |",
    "| source | the first line     |          | 0.9 ms | 0.8 to 1.2 | 1.8 s and 2 s |     |",
  ].join("\n")));
  assert.ok(page.includes("\n- slow is not measured.\n"));
});

Deno.test("a bar in a text does not end a cell", () => {
  const page = renderPage([{ ...missed, what: "against tar | kubectl" }], {
    date: "",
    machine: "",
    program: "",
    notes: [],
  });
  assert.ok(page.includes("| against tar \\| kubectl |"));
});
