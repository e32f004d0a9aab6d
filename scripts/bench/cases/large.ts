import type { BenchCase } from "../bench_case.ts";
import { compare } from "../compare.ts";
import type { Row } from "../report/row.ts";
import { figure } from "../report/statistics.ts";
import { largeTree } from "../trees.ts";

export const large: BenchCase = {
  name: "large",
  about: "one file of 2 GiB; proven: sha256sum here, and sha256sum -c there",
  repeat: 2,
  async run(fixture, repeat) {
    const tree = await largeTree(fixture);
    const bars = {
      "tar | kubectl exec": 0.75,
      "tar | kubectl exec by SPDY": 1.1,
      "tar | kubectl exec, proven": undefined,
    };
    const { rows, ours } = await compare(fixture, { name: large.name, tree, bars, repeat });
    const peaks = ours.map(({ peakBytes }) => peakBytes).filter((bytes) => bytes !== undefined);
    if (peaks.length === 0) return rows; // this system has no /proc
    const memory: Row = {
      name: large.name,
      what: "peak memory",
      unit: "MB",
      figure: figure(peaks.map((bytes) => bytes / 1e6)),
      bar: 200,
      detail: "VmHWM at the receipt",
    };
    return [...rows, memory];
  },
};
