/** Connections that break, fall silent or are delayed. */
import { flipped, type Frame } from "../proxy/frames.ts";
import { closeFrame } from "../proxy/websocket_frames.ts";
import type { Link } from "../proxy/link.ts";
import type { Moment } from "../proxy/fault_proxy.ts";
import { ENDLESS, type Fault, lasting, passing, quiet, USUAL_SECONDS } from "./fault.ts";
import type { Spot } from "../trial/phases.ts";
import { aborted } from "../trial/times.ts";
import type { FaultContext } from "./context.ts";

/** README, "Every wait has an end": the client renews a watch after 135 s of silence at most. */
const SILENCE_SECONDS = 150;
/** After that, the client tries an unreachable server for a minute, 30 s each time. */
const GONE_SECONDS = 240;

type Strike = (moment: Moment, context: FaultContext) => Promise<Uint8Array | undefined>;

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

/** Passes on half of the data, then nothing. */
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

/** The connection stays open, but passes nothing on. */
export const silent = fault("silent without end", (moment) => {
  moment.exchange.link.swallow("up", "down");
  return Promise.resolve(moment.data);
}, { codes: quiet, endSeconds: SILENCE_SECONDS });

/** The server's window stays full, so the client cannot send. */
export const stalled = fault("stalled without end", async (_moment, { over }) => {
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

export const dark = fault("no network without end", (moment, { proxy }) => {
  proxy.darken();
  return Promise.resolve(moment.data);
}, { codes: lasting, endSeconds: GONE_SECONDS });

export const darkFor8 = fault("no network for 8 s", (moment, { proxy, pause }) => {
  proxy.darken();
  void pause(8_000).then(() => proxy.lighten());
  return Promise.resolve(moment.data);
});

/**
 * Only the client loses the connection: its last bytes reach the server in the middle of the next
 * attempt. The proxy delays the bytes before the strike, so that there are some.
 */
export const late: Fault = fault("old bytes arrive late", async ({ data, exchange }, context) => {
  exchange.link.swallow("up");
  lateLinks.set(context, exchange.link);
  await exchange.link.write("up", data);
  void context.pause(50).then(() => exchange.link.reset({ keepServer: true }));
  return undefined;
}, {
  async later({ exchange }, context) {
    const link = lateLinks.get(context);
    if (link === undefined || link === exchange.link || !context.progress.isArchive) return;
    lateLinks.delete(context);
    await link.release();
  },
});
const lateLinks = new WeakMap<FaultContext, Link>();

/** Changes one bit of the data. */
export const flip = fault("a bit flipped", (moment) => {
  const frame = moment.frame as Frame;
  return Promise.resolve(flipped(frame));
}, { codes: () => [0, 3, 4] });

export function socketClosed(code: number): Fault {
  return fault(`websocket closed with ${code}`, async ({ exchange }) => {
    await exchange.link.write("down", closeFrame(code));
    exchange.link.close();
    return undefined;
  }, { protocol: "websocket" });
}
