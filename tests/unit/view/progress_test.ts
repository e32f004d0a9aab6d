import assert from "node:assert/strict";
import { renderProgress } from "../../../src/view/progress.ts";

const COUNTED = { files: 43, bytes: 1_600_000, elapsedMs: 145 };
const TOTAL = { ...COUNTED, totalFiles: 123, totalBytes: 4_500_000 };

Deno.test("without a total, the counts are shown", () => {
  assert.equal(renderProgress(COUNTED, 80), "Sending 43 files, 1.6 MB, 11 MB/s");
  assert.equal(renderProgress({ ...COUNTED, elapsedMs: 0 }, 80), "Sending 43 files, 1.6 MB");
});

Deno.test("with a total, there is a bar", () => {
  assert.equal(
    renderProgress(TOTAL, 80),
    "Sending [#######-------------]  35%  43/123 files, 1.6 MB of 4.5 MB, 11 MB/s",
  );
});

Deno.test("a narrow line leaves out the rate, then the files, then the bar", () => {
  assert.equal(
    renderProgress(TOTAL, 70),
    "Sending [#######-------------]  35%  43/123 files, 1.6 MB of 4.5 MB",
  );
  assert.equal(renderProgress(TOTAL, 60), "Sending [#######-------------]  35%  1.6 MB of 4.5 MB");
  assert.equal(renderProgress(TOTAL, 40), "Sending  35%  1.6 MB of 4.5 MB");
  assert.equal(renderProgress(TOTAL, 20), "Sending  35%");
});

Deno.test("no line is wider than the terminal", () => {
  for (let columns = 0; columns <= 100; columns++) {
    for (const progress of [COUNTED, TOTAL]) {
      assert.ok(renderProgress(progress, columns).length <= columns, `${columns}`);
    }
  }
});

Deno.test("100% means complete, even if more is sent than was counted", () => {
  assert.match(renderProgress({ ...TOTAL, bytes: 4_499_999 }, 80), / 99% /);
  assert.match(renderProgress({ ...TOTAL, bytes: 9_000_000 }, 80), /\[#{20}\] 100% /);
  assert.match(renderProgress({ ...TOTAL, bytes: 0, totalBytes: 0 }, 80), / 100% /);
});
