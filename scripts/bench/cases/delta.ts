import { Link, UNLIMITED } from "../../../tests/support/link.ts";
import type { Access } from "../access.ts";
import { type BenchCase } from "../bench_case.ts";
import { openClaim } from "../claim.ts";
import { tookMs } from "../compare.ts";
import { upload, type Uploaded } from "../upload.ts";
import { clear } from "../volume_pod.ts";
import { formatMs, type Row } from "../report/row.ts";
import type { Fixture } from "../fixture.ts";
import { figure, median, ratio } from "../report/statistics.ts";
import type { Tree } from "../tree.ts";
import { goTree } from "../trees.ts";
import { addressOf } from "./slow.ts";

export const delta: BenchCase = {
  name: "delta",
  about: "again with 2 of 10,000 files changed, into a volume that outlives the run",
  repeat: 5,
  async run(fixture, repeat) {
    const { name } = delta;
    const tree = await goTree(fixture, { name, files: 10_000, bytes: 9_000 });
    const { kind } = await openClaim(fixture);
    const full: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < repeat; round++) {
      const times = (await uploadTwice(fixture, tree)).map(tookMs);
      full.push(times[0]);
      again.push(times[1]);
      fixture.say(
        `       ${round + 1}/${repeat} full ${formatMs(times[0])}, again ${formatMs(times[1])}`,
      );
    }
    const took: Omit<Row, "what" | "unit" | "figure" | "bar"> = {
      name,
      detail: `${formatMs(median(again))} and ${formatMs(median(full))}, volume ${kind}`,
    };
    return [
      { ...took, what: "against our full upload", unit: "x", figure: ratio(again, full), bar: 0.1 },
      { ...took, what: "the time it takes", unit: "ms", figure: figure(again), bar: 500 },
      ...await countedBytes(fixture, tree),
    ];
  },
};

/** Uploads the whole tree into an empty volume, then only the changes. */
async function uploadTwice(
  fixture: Fixture,
  tree: Tree,
  more: { access?: Access; onHeld?: () => void; onSent?: () => void } = {},
): Promise<Uploaded[]> {
  const { name, volumePod } = await openClaim(fixture);
  const volume = `claimName=${name}`;
  await clear(fixture, volumePod);
  const full = await upload(fixture, { ...more, tree, volume });
  await fixture.removeRuns();
  for (const at of [42, 4_242]) {
    await change(`${tree.path}/package${Math.floor(at / 100)}/file${at}.go`);
  }
  const again = await upload(fixture, { ...more, tree, volume });
  await fixture.removeRuns();
  return [full, again];
}

/** Changes one letter, so that the size stays the same. */
export async function change(file: string): Promise<void> {
  const bytes = await Deno.readFile(file);
  bytes[bytes.length - 3] ^= 1;
  await Deno.writeFile(file, bytes);
}

/** Counts bytes in separate rounds, because counting takes time. */
async function countedBytes(fixture: Fixture, tree: Tree): Promise<Row[]> {
  await using link = new Link(addressOf(fixture.access.server), UNLIMITED);
  const access = await fixture.access.through(link.port);
  if (access === undefined) {
    fixture.notes.push(
      "delta: bytes are not counted, the API server's certificate has no loopback.",
    );
    return [];
  }
  const marks: number[] = [];
  const mark = () => void marks.push(link.bytes);
  await uploadTwice(fixture, tree, { access, onHeld: mark, onSent: mark });
  const [fullBytes, againBytes] = [marks[1] - marks[0], marks[3] - marks[2]];
  return [{
    name: delta.name,
    what: "bytes of our full upload, both ways",
    unit: "%",
    figure: figure([againBytes / fullBytes * 100]),
    bar: 2,
    detail: `${(againBytes / 1e6).toFixed(2)} MB and ${(fullBytes / 1e6).toFixed(1)} MB`,
  }];
}
