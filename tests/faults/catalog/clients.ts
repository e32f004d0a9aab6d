/** Faults of the client: signals, and a stopped machine. */
import { type Fault, USUAL_SECONDS } from "./fault.ts";

const usual = { spot: "answer", times: 1, endSeconds: USUAL_SECONDS } as const;
/** The README promises one second; a machine with eight uploads at once gets more. */
const PROMPT_SECONDS = 10;
const STOPPED_MS = 20_000;

/** A signal by a user, who waits only a few seconds for the prompt. */
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

/** A middlebox keeps the connections of a killed client open. */
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

/** Like a closed laptop: the run must not wait for it. */
export const stoppedForever: Fault = {
  ...usual,
  name: "SIGSTOP without end",
  codes: () => [137],
  endsClient: true,
  strike({ data }, { signal }) {
    signal("SIGSTOP");
    return Promise.resolve(data);
  },
};
