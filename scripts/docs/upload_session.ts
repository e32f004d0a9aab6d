/**
 * The session of docs/upload.cast: a Pipeline runs on local code, a test fails, the user fixes the
 * code and runs the Pipeline again, which sends one file. It is played on a sandbox, whose steps
 * are processes of this machine.
 */
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { applyGreet, greetCheckout } from "../../tests/support/greet_checkout.ts";
import { TerminalSession } from "../../tests/support/terminal_session.ts";

export const COLUMNS = 92;
export const ROWS = 27;
export const TERM = "xterm-256color";

/** A pod of a cluster does not start at once. */
const POD_START_MS = 900;

const UPLOAD = "tkn-dev pipeline upload greet -w name=source,claimName=greet";

/** The lines that the user types, each at the prompt. */
export const TYPED: readonly string[] = [
  UPLOAD,
  "sed -i 's/Hello %s/Hello, %s/' src/greet.sh",
  UPLOAD,
];

const PROMPT = /(?:^|\n)\$ $/;

export interface SessionOptions {
  readonly onOutput: (text: string) => void;
  /** Types a line, its end included. */
  readonly type: (session: TerminalSession, line: string) => Promise<void>;
}

/** Plays the session in a new directory, which it removes. */
export async function playUpload({ onOutput, type }: SessionOptions): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "tkn-dev-upload-session-" });
  await using sandbox = await startSandbox({ pace: { podStartMs: POD_START_MS } });
  const { kubeconfig } = sandbox;
  try {
    await applyGreet(kubeconfig);
    const { cwd, env } = await greetCheckout({ directory, kubeconfig, change: breakGreeting });
    const command = `stty cols ${COLUMNS} rows ${ROWS}; PS1='$ ' exec sh -i`;
    await using session = new TerminalSession(command, {
      cwd,
      env: { ...env, TERM, NO_COLOR: "" },
      onOutput,
    });
    for (const line of TYPED) {
      await session.until(PROMPT);
      await type(session, `${line}\r`);
    }
    await session.until(PROMPT);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The mistake that the user fixes. */
async function breakGreeting(checkout: string): Promise<void> {
  const path = `${checkout}/src/greet.sh`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace("Hello, %s", "Hello %s"));
}
