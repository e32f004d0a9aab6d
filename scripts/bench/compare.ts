/** Compares tkn-dev with its peers, in turns, on the same tree. */
import type { Access } from "./access.ts";
import { upload, type Uploaded } from "./upload.ts";
import { type Peer, send } from "./peers.ts";
import { formatMs, type Row } from "./report/row.ts";
import type { Fixture } from "./fixture.ts";
import { median, ratio } from "./report/statistics.ts";
import type { Tree } from "./tree.ts";

export interface CompareOptions {
  /** The name of the case. */
  readonly name: string;
  readonly tree: Tree;
  readonly access?: Access;
  /** The largest ratio for each peer; undefined to measure it without a limit. */
  readonly bars: Partial<Record<Peer, number | undefined>>;
  readonly repeat: number;
}

export interface Compared {
  readonly rows: Row[];
  readonly ours: Uploaded[];
}

export async function compare(fixture: Fixture, options: CompareOptions): Promise<Compared> {
  const { name, tree, access, bars, repeat } = options;
  const peers = Object.keys(bars) as Peer[];
  const ours: Uploaded[] = [];
  const theirs = Object.fromEntries(peers.map((peer): [string, number[]] => [peer, []]));
  for (let round = 0; round < repeat; round++) {
    const own = async () => {
      ours.push(await upload(fixture, { tree, access, volume: "emptyDir=Memory" }));
      await fixture.removeRuns(); // removes its volume too
    };
    const turns = [
      own,
      ...peers.map((peer) => async () =>
        void theirs[peer].push(await send(fixture, peer, { tree, access }))
      ),
    ];
    // Each one starts a round in turn.
    for (let at = 0; at < turns.length; at++) await turns[(round + at) % turns.length]();
    const told = peers.map((peer) => `${peer} ${formatMs(theirs[peer][round])}`).join(", ");
    fixture.say(`       ${round + 1}/${repeat} ours ${formatMs(tookMs(ours[round]))}, ${told}`);
  }
  const oursMs = ours.map(tookMs);
  const packed = ours.filter(({ said }) => said.includes(" compressed")).length;
  const how = packed === 0 ? "" : `, ${packed} of ${repeat} compressed`;
  const rows = peers.map((peer): Row => ({
    name,
    what: `against ${peer}`,
    unit: "x",
    figure: ratio(oursMs, theirs[peer]),
    bar: bars[peer],
    detail: `${formatMs(median(oursMs))} and ${formatMs(median(theirs[peer]))}${how}`,
  }));
  return { rows, ours };
}

/** The time from the pause to the receipt. */
export function tookMs({ heldMs, sentMs }: Uploaded): number {
  return sentMs - heldMs;
}
