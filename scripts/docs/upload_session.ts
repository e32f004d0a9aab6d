/**
 * The session of docs/upload.cast: a Pipeline runs on local code and is held at its test, which
 * fails. The user saves a fix in an editor, the test passes at once, and the run continues. It is
 * played on a sandbox, whose steps are processes of this machine.
 */
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { applyGreet, greetCheckout } from "../../tests/support/greet_checkout.ts";
import { TerminalSession } from "../../tests/support/terminal_session.ts";

export const COLUMNS = 92;
export const ROWS = 27;
export const TERM = "xterm-256color";

/** A pod of a cluster does not start at once. */
const POD_START_MS = 900;

const WATCH =
  "tkn-dev pipeline debug greet . --on-step test/run -w name=source,claimName=greet --watch";

/** The line of keys, once the test has ended. */
const RESTS = /\]etach/;
const PROMPT = /(?:^|\n)\$ $/;

export interface SessionOptions {
  readonly onOutput: (text: string) => void;
  /** Types a line, its end included, or a key. */
  readonly type: (session: TerminalSession, line: string) => Promise<void>;
  /** Called before the file is saved. */
  readonly look?: () => Promise<void>;
}

/** Plays the session in a new directory, which it removes. */
export async function playUpload(
  { onOutput, type, look = () => Promise.resolve() }: SessionOptions,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "tkn-dev-upload-session-" });
  await using sandbox = await startSandbox({ pace: { podStartMs: POD_START_MS } });
  const { kubeconfig } = sandbox;
  try {
    await applyGreet(kubeconfig);
    const { cwd, env } = await greetCheckout({
      directory,
      kubeconfig,
      change: (to) => change(to, FIXED, BROKEN),
    });
    const command = `stty cols ${COLUMNS} rows ${ROWS}; PS1='$ ' exec sh -i`;
    await using session = new TerminalSession(command, {
      cwd,
      env: { ...env, TERM, NO_COLOR: "" },
      onOutput,
    });
    await session.until(PROMPT);
    await type(session, `${WATCH}\r`);
    await session.until(RESTS);
    await look();
    await change(cwd, BROKEN, FIXED);
    await session.until(/Changed: /);
    await session.until(RESTS);
    await type(session, "c");
    await session.until(PROMPT);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The mistake that the user fixes. */
const [FIXED, BROKEN] = ["Hello, %s", "Hello %s"];

async function change(checkout: string, from: string, to: string): Promise<void> {
  const path = `${checkout}/src/greet.sh`;
  await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replace(from, to));
}
