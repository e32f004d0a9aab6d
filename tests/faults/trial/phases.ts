/** The phases of an upload, and how a proxy recognizes each. */
import { END } from "../proxy/frames.ts";
import type { Kind } from "../proxy/exchange.ts";
import type { Moment } from "../proxy/fault_proxy.ts";
import type { Measures, Progress } from "./progress.ts";

/** The part of a request at which a fault strikes, if the phase is a request. */
export type Spot = "request" | "answer" | "body";

export interface Phase {
  readonly name: string;
  /** Before the run exists, before its step is released, or after. */
  readonly stage: "before" | "held" | "released";
  /** The kind of request, if the phase is a request. */
  readonly kind?: Kind;
  /** Only in pipelines. */
  readonly isOfPipelines?: boolean;
  /** Only with temporary objects. */
  readonly isOfObjects?: boolean;
  /** The test presses Ctrl-C when an archive begins, to reach this phase. */
  readonly isInterrupted?: boolean;
  isNow(moment: Moment, progress: Progress, measures: Measures, spot: Spot): boolean;
}

/** The largest difference between uploads in the length of the words around an archive. */
const MARGIN_BYTES = 256;

function request(name: string, stage: Phase["stage"], kind: Kind, more: Partial<Phase> = {}) {
  return {
    name,
    stage,
    kind,
    isNow: ({ at, exchange }: Moment, _progress: Progress, _measures: Measures, spot: Spot) =>
      exchange.kind === kind && at === spot,
    ...more,
  };
}

function archive(percent: number): Phase {
  return {
    name: `archive ${percent} %`,
    stage: "held",
    isNow(_moment, { stdinBytes, momentBytes, isArchive, hasArchive }, measures) {
      if (percent === 0) return isArchive && !hasArchive;
      const due = measures.stdinBytes * percent / 100 - (percent === 100 ? MARGIN_BYTES : 0);
      return momentBytes > 0 && stdinBytes + momentBytes >= due;
    },
  };
}

const conversation: Phase = {
  name: "conversation",
  stage: "held",
  isNow: ({ at, frame }, { momentBytes }) => at === "up" && frame !== undefined && momentBytes > 0,
};

const sent: Phase = {
  name: "all sent",
  stage: "held",
  isNow: ({ at, frame }, { stdinBytes }, measures) =>
    at === "up" && frame?.channel === END &&
    stdinBytes >= measures.stdinBytes - MARGIN_BYTES,
};

const receipt: Phase = {
  name: "receipt",
  stage: "held",
  isNow: (_moment, { isReceipt, receipts }, measures) =>
    isReceipt && receipts === measures.receipts,
};

const receipted: Phase = {
  name: "receipt to close",
  stage: "released",
  isNow: ({ at, frame }, { isReceipt, receipts }, measures) =>
    at === "down" && frame !== undefined && !isReceipt && receipts === measures.receipts,
};

const following: Phase = {
  name: "following",
  stage: "released",
  isNow: ({ at, exchange, data }) =>
    exchange.kind === "step log" && at === "body" && textOf(data).includes("line 3\n"),
};

const end: Phase = {
  name: "end of the run",
  stage: "released",
  isNow: ({ at, exchange, data }) =>
    exchange.kind === "watch run" && at === "body" && textOf(data).includes('"completionTime"'),
};

export const PHASES = {
  review: request("access review", "before", "review"),
  get: request("get", "before", "get"),
  dryRun: request("dry run", "before", "dry run"),
  create: request("create", "before", "create"),
  createObject: request("create object", "before", "create object", { isOfObjects: true }),
  listRun: request("list run", "held", "list run"),
  watchRun: request("watch run", "held", "watch run"),
  watchTaskRuns: request("watch taskruns", "held", "watch taskruns", { isOfPipelines: true }),
  watchPods: request("watch pods", "held", "watch pods"),
  gateLog: request("gate log", "held", "gate log"),
  execOpen: request("exec opening", "held", "exec"),
  conversation,
  archive0: archive(0),
  archive10: archive(10),
  archive50: archive(50),
  archive90: archive(90),
  archive100: archive(100),
  sent,
  receipt,
  receipted,
  annotate: request("annotate", "released", "annotate"),
  stepLog: request("step log", "released", "step log"),
  cancel: request("cancel", "held", "cancel", { isInterrupted: true }),
  following,
  end,
} satisfies Record<string, Phase>;

function textOf(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}
