import { Link } from "../../../tests/support/link.ts";
import { type BenchCase, NotHere } from "../bench_case.ts";
import { compare } from "../compare.ts";
import { sourceTree } from "../trees.ts";

export const slow: BenchCase = {
  name: "slow",
  about: "the source tree over a link of 50 Mbit/s and 40 ms",
  repeat: 3,
  async run(fixture, repeat) {
    const tree = await sourceTree(fixture);
    await using link = new Link(addressOf(fixture.access.server), {
      bitsPerSecond: 50e6,
      roundTripMs: 40,
    });
    const access = await fixture.access.through(link.port);
    if (access === undefined) throw new NotHere("the API server's certificate has no loopback");
    const bars = { "kubectl cp": 0.25 };
    return (await compare(fixture, { name: slow.name, tree, access, bars, repeat })).rows;
  },
};

export function addressOf({ hostname, port }: URL): { hostname: string; port: number } {
  return { hostname, port: Number(port || 443) };
}
