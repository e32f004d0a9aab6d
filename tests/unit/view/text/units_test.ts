import assert from "node:assert/strict";
import {
  formatBytes,
  formatDuration,
  formatFiles,
  formatRate,
} from "../../../../src/view/text/units.ts";

Deno.test("bytes are shown in powers of 1000 with two digits or more", () => {
  const sizes = [0, 999, 1000, 4_500_000, 9_949, 9_950, 999_499, 999_500, 45e9, 3e18];
  assert.deepEqual(sizes.map(formatBytes), [
    "0 B",
    "999 B",
    "1.0 kB",
    "4.5 MB",
    "9.9 kB",
    "10 kB",
    "999 kB",
    "1.0 MB",
    "45 GB",
    "3000 PB",
  ]);
});

Deno.test("without elapsed time there is no rate", () => {
  assert.equal(formatRate(4_500_000, 400), "11 MB/s");
  assert.equal(formatRate(1, 0), undefined);
});

Deno.test("a duration has tenths below a minute, and rounding carries over", () => {
  const times = [0, 349, 3_200, 59_949, 59_960, 64_000, 3_599_400, 3_599_600, 7_500_000];
  assert.deepEqual(times.map(formatDuration), [
    "0.0s",
    "0.3s",
    "3.2s",
    "59.9s",
    "1m0s",
    "1m4s",
    "59m59s",
    "1h0m",
    "2h5m",
  ]);
});

Deno.test("files are counted in English", () => {
  assert.deepEqual([0, 1, 2].map(formatFiles), ["0 files", "1 file", "2 files"]);
});
