import type { BenchCase } from "../bench_case.ts";
import { compare } from "../compare.ts";
import { sourceTree } from "../trees.ts";

export const source: BenchCase = {
  name: "source",
  about: "a source tree, 8,000 files, 90 MB",
  repeat: 7,
  async run(fixture, repeat) {
    const tree = await sourceTree(fixture);
    const bars = {
      "tar | kubectl exec": 0.55,
      "tar | kubectl exec by SPDY": undefined,
      "kubectl cp": 0.65,
    };
    return (await compare(fixture, { name: source.name, tree, bars, repeat })).rows;
  },
};
