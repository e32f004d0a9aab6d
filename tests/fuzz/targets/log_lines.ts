import assert from "node:assert/strict";
import type { LogOptions } from "../../../src/kube/interface.ts";
import { UnreachableError } from "../../../src/kube/status.ts";
import { stepLog } from "../../../src/run/logs/step_log.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import corpus from "../corpus/log_lines.json" with { type: "json" };
import { orRefused } from "../asserts.ts";
import { text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";

interface Input {
  /** The times of the container's lines, each in nanoseconds after the line before. */
  readonly afterNs: number[];
  /** Whether the runtime omits trailing zeros of a fraction. */
  readonly trims: boolean;
  /** The node's time zone in minutes. */
  readonly zone: number;
  /** The number of bytes after which each connection breaks. Later connections last. */
  readonly cuts: number[];
}

const START_SECONDS = Date.parse("2026-03-29T00:59:58Z") / 1000;

export const logLinesTarget: Target<Input> = {
  name: "log_lines",
  claim: "a step's log arrives completely and without repeated lines, wherever connections break",
  inputs: fc.record({
    // stdout and stderr get their times separately: a line may be older than the line before.
    afterNs: fc.array(fc.constantFrom(0, 0, 1, 1000, 5e8, 1e9, 3e9, -1, -1000), { maxLength: 12 }),
    trims: fc.boolean(),
    zone: fc.constantFrom(0, 0, 120, -570),
    cuts: fc.array(fc.nat(500), { maxLength: 5 }),
  }),
  async check({ afterNs, trims, zone, cuts }) {
    const kube = new FakeKube();
    const log = timed(afterNs, { trims, zone });
    const left = [...cuts];
    kube.logs = ({ sinceTime = "" }: LogOptions) => {
      // Like a kubelet, which compares each line's time.
      const since = sinceTime === "" ? 0 : Date.parse(sinceTime);
      const rest = log.filter(({ atMs }) => atMs >= since);
      const bytes = new TextEncoder().encode(rest.map(({ line }) => `${line}\n`).join(""));
      return Promise.resolve(cutStream(bytes, left.shift()));
    };
    const seen = await Array.fromAsync(followed(kube));
    assert.deepEqual(seen, log.map((_, at) => `line ${at}`));
  },
  corpus,
  runs: 1_500,
};

export const logGarbageTarget: Target<string[]> = {
  name: "log_garbage",
  claim: "garbage in a log is skipped, or is an error of the cluster",
  inputs: fc.array(
    fc.oneof(
      fc.tuple(
        fc.constantFrom("2026-01-02T03:04:05", "9999-99-99T99:99:99", "x".repeat(19)),
        fc.constantFrom("", ".", ".1", ".1234567890123"),
        fc.constantFrom("Z", "+01:00", "-99:99", "+24:00", ""),
        text,
      ).map(([whole, fraction, zone, rest]) => `${whole}${fraction}${zone} ${rest}`),
      text,
    ),
    { maxLength: 4 },
  ),
  async check(garbage) {
    const kube = new FakeKube();
    const bytes = new TextEncoder().encode(garbage.map((line) => `${line}\n`).join(""));
    kube.logs = () => Promise.resolve(cutStream(bytes));
    await orRefused(() => Array.fromAsync(followed(kube)));
  },
  corpus: [{ what: "a month that no year has", input: ["2026-99-02T03:04:05+01:00 x"] }],
  runs: 1_000,
};

async function* followed(kube: FakeKube): AsyncGenerator<string> {
  const clock = new FakeClock();
  clock.isAutomatic = true;
  const container = { namespace: "ns", pod: "p", container: "c" };
  const { signal } = new AbortController();
  let line = "";
  for await (const pieces of stepLog({ kube, clock, container, signal })) {
    for (const { text, isEnd } of pieces) {
      line += text;
      if (!isEnd) continue;
      yield line;
      line = "";
    }
  }
}

function timed(
  afterNs: readonly number[],
  { trims, zone }: Pick<Input, "trims" | "zone">,
): { line: string; atMs: number }[] {
  let ns = 0;
  return afterNs.map((after, at) => {
    ns = Math.max(ns + after, 0);
    const seconds = START_SECONDS + Math.floor(ns / 1e9);
    const local = new Date((seconds + zone * 60) * 1000).toISOString().slice(0, 19);
    const digits = `.${String(ns % 1e9).padStart(9, "0")}`;
    const fraction = trims ? digits.replace(/\.?0+$/, "") : digits;
    return { line: `${local}${fraction}${zoneName(zone)} line ${at}`, atMs: seconds * 1000 };
  });
}

function zoneName(zone: number): string {
  if (zone === 0) return "Z";
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const minutes = Math.abs(zone);
  return `${zone < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** Breaks after that many bytes, if the log is that long. */
function cutStream(bytes: Uint8Array<ArrayBuffer>, cut = Infinity): ReadableStream<Uint8Array> {
  let isSent = false;
  return new ReadableStream({
    pull(controller) {
      if (!isSent && bytes.length > 0 && cut > 0) controller.enqueue(bytes.subarray(0, cut));
      else if (cut >= bytes.length) controller.close();
      else controller.error(new UnreachableError("the connection broke"));
      isSent = true;
    },
  });
}
