/** What happens to the client: signals, and the machine that it runs on. */
import { type Fault, USUAL_SECONDS } from "./fault.ts";

const usual = { spot: "answer", times: 1, endSeconds: USUAL_SECONDS } as const;
/** One second is promised, and a machine that runs eight uploads at once is given some more. */
const PROMPT_SECONDS = 10;
const STOPPED_MS = 20_000;

/** By a user, who waits no longer than some seconds for the prompt to come back. */
function interrupting(name: "SIGINT" | "SIGTERM"): Fault {
  return {
    ...usual,
    name,
    codes: () => [0, 130],
    endSeconds: PROMPT_SECONDS,
    isPrompt: true,
    strike({ data }, { signal }) {
      signal(name);
      return Promise.resolve(data);
    },
  };
}

export const interrupted = interrupting("SIGINT");
export const terminated = interrupting("SIGTERM");

export const killed: Fault = {
  ...usual,
  name: "SIGKILL",
  codes: () => [137],
  endsClient: true,
  strike({ data }, { signal }) {
    signal("SIGKILL");
    return Promise.resolve(data);
  },
};

/** A middlebox keeps its connections open behind a client that is gone. */
export const killedBehindProxy: Fault = {
  ...killed,
  name: "SIGKILL behind a middlebox",
  strike({ data }, { signal, proxy }) {
    proxy.darken();
    signal("SIGKILL");
    return Promise.resolve(data);
  },
};

export const stopped: Fault = {
  ...usual,
  name: "SIGSTOP for 20 s",
  codes: () => [0, 1, 3, 4],
  strike({ data }, { signal, pause }) {
    signal("SIGSTOP");
    void pause(STOPPED_MS).then(() => signal("SIGCONT"));
    return Promise.resolve(data);
  },
};

/** As a laptop that is shut: the run must not wait for it. */
export const stoppedForGood: Fault = {
  ...usual,
  name: "SIGSTOP for good",
  codes: () => [137],
  endsClient: true,
  strike({ data }, { signal }) {
    signal("SIGSTOP");
    return Promise.resolve(data);
  },
};
