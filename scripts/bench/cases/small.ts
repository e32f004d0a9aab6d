import type { BenchCase } from "../bench_case.ts";
import { compare } from "../compare.ts";
import { smallTree } from "../trees.ts";

export const small: BenchCase = {
  name: "small",
  about: "20,000 small random files, 90 MB",
  repeat: 5,
  async run(fixture, repeat) {
    const tree = await smallTree(fixture);
    const bars = {
      "tar | kubectl exec": 0.8,
      "tar | kubectl exec by SPDY": undefined,
      "tar | kubectl exec, proven": undefined,
    };
    return (await compare(fixture, { name: small.name, tree, bars, repeat })).rows;
  },
};
