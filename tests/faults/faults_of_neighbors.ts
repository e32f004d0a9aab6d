/** Uploads into a place that is not this one's alone. */
import { type Fault, USUAL_SECONDS } from "./fault.ts";

const usual = { spot: "answer", times: 1, endSeconds: USUAL_SECONDS, needsClaim: true } as const;
/** So that both write at the same time, if they may. */
const ASIDE_MS = 1_500;

/** Each run goes on with its own tree, or not at all. */
export const anotherUpload: Fault = {
  ...usual,
  name: "another upload into the same claim",
  codes: () => [0, 1, 3, 4],
  async strike({ data }, { startOther, pause }) {
    await startOther();
    await pause(ASIDE_MS);
    return data;
  },
};

/** A, then B that is cut, then A: what the first left must not be trusted. */
export const killedBetween: Fault = {
  ...usual,
  name: "A, B killed, A again",
  codes: () => [0],
  isBetween: true,
  strike({ exchange }, { signal }) {
    signal("SIGKILL");
    exchange.link.reset(); // else what the system has taken still arrives
    return Promise.resolve(undefined);
  },
};
