/** Other uploads into the same directory. */
import { type Fault, USUAL_SECONDS } from "./fault.ts";

const usual = { spot: "answer", times: 1, endSeconds: USUAL_SECONDS, needsClaim: true } as const;
/** The time in which both could write at once. */
const ASIDE_MS = 1_500;

/** Each run continues with its own tree or not at all. */
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

/** A, then B interrupted, then A again: the client must not trust the files of the first upload. */
export const killedBetween: Fault = {
  ...usual,
  name: "A, B killed, A again",
  codes: () => [0],
  isBetweenUploads: true,
  strike({ exchange }, { signal }) {
    signal("SIGKILL");
    exchange.link.reset(); // otherwise the data in the system's buffers would still arrive
    return Promise.resolve(undefined);
  },
};
