/** Connections that break, fall silent or are late. */
import { closeFrame, flipped, type Frame } from "./proxy/frames.ts";
import type { Link } from "./proxy/link.ts";
import type { Moment } from "./proxy/fault_proxy.ts";
import { ENDLESS, type Fault, lasting, passing, quiet, USUAL_SECONDS } from "./fault.ts";
import type { Spot } from "./phases.ts";
import { aborted } from "./times.ts";
import type { World } from "./world.ts";

/** README, "Every wait has an end": a watch is renewed after 135 s of silence at the latest. */
const SILENCE_SECONDS = 150;
/** And then a server out of reach is asked for a minute, each time for half of one. */
const GONE_SECONDS = 240;

type Strike = (moment: Moment, world: World) => Promise<Uint8Array | undefined>;

function fault(name: string, strike: Strike, more: Partial<Fault> = {}): Fault {
  const usual = { spot: "answer" as Spot, times: 1, codes: passing, endSeconds: USUAL_SECONDS };
  return { ...usual, name, strike, ...more };
}

function losing(name: string, lose: (link: Link) => void, more: Partial<Fault> = {}): Fault {
  return fault(name, (moment) => {
    lose(moment.exchange.link);
    return Promise.resolve(undefined);
  }, more);
}

export const reset = losing("reset", (link) => link.reset());
export const cut = losing("cut", (link) => link.cut());
export const closed = losing("closed", (link) => link.close());
export const resetBefore = losing("reset before the server has it", (link) => link.reset(), {
  spot: "request",
});
export const resetAlways = losing("reset each time", (link) => link.reset(), {
  times: ENDLESS,
  codes: lasting,
  endSeconds: 120,
});

/** Half of what was to be passed on, and then nothing. */
export const truncated = fault("truncated", async ({ at, data, exchange }) => {
  const half = data.subarray(0, Math.ceil(data.length / 2));
  await exchange.link.write(at === "up" || at === "request" ? "up" : "down", half);
  exchange.link.cut();
  return undefined;
}, { spot: "body" });

export const resetAll = fault("all reset", (_moment, { proxy }) => {
  for (const link of proxy.links) link.reset();
  return Promise.resolve(undefined);
});

/** The connection stays, and nothing passes on it any more. */
export const silent = fault("silent for good", (moment) => {
  moment.exchange.link.swallow("up", "down");
  return Promise.resolve(moment.data);
}, { codes: quiet, endSeconds: SILENCE_SECONDS });

/** The server's window is full for good: what is sent waits. */
export const stalled = fault("stalled for good", async (_moment, { over }) => {
  await aborted(over);
  return undefined;
}, { codes: quiet, endSeconds: SILENCE_SECONDS });

export const silentFor5 = fault("silent for 5 s", async ({ data, exchange }, { pause }) => {
  exchange.link.swallow("up", "down");
  void pause(5_000).then(() => exchange.link.release());
  return await Promise.resolve(data);
});

export const slow = fault("late by 3 s", async ({ data }, { pause }) => {
  await pause(3_000);
  return data;
});

export const dark = fault("no network for good", (moment, { proxy }) => {
  proxy.darken();
  return Promise.resolve(moment.data);
}, { codes: lasting, endSeconds: GONE_SECONDS });

export const darkFor8 = fault("no network for 8 s", (moment, { proxy, pause }) => {
  proxy.darken();
  void pause(8_000).then(() => proxy.lighten());
  return Promise.resolve(moment.data);
});

/**
 * The client loses the connection, the server does not: what was under way arrives in the middle of the next part. The
 * bytes up to the strike are held back for a moment, so that there are some.
 */
export const late: Fault = fault("old bytes arrive late", async ({ data, exchange }, world) => {
  exchange.link.swallow("up");
  lateLinks.set(world, exchange.link);
  await exchange.link.write("up", data);
  void world.pause(50).then(() => exchange.link.reset({ keepServer: true }));
  return undefined;
}, {
  async later({ exchange }, world) {
    const link = lateLinks.get(world);
    if (link === undefined || link === exchange.link || !world.seen.isArchive) return;
    lateLinks.delete(world);
    await link.release();
  },
});
const lateLinks = new WeakMap<World, Link>();

/** One bit of what is sent. */
export const flip = fault("a bit flipped", (moment) => {
  const frame = moment.frame as Frame;
  return Promise.resolve(flipped(frame));
}, { codes: () => [0, 3, 4] });

export function socketClosed(code: number): Fault {
  return fault(`websocket closed with ${code}`, async ({ exchange }) => {
    await exchange.link.write("down", closeFrame(code));
    exchange.link.close();
    return undefined;
  });
}
