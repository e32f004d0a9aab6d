/**
 * The session of docs/upload.cast: a Pipeline runs on local code, a test fails, the user fixes the code and runs the
 * Pipeline again, which sends one file. Played on a sandbox, whose steps are processes of this machine.
 */
import { applyYaml, openCluster } from "../../tests/support/cluster.ts";
import { commandLine } from "../../tests/support/program.ts";
import { TerminalSession } from "../../tests/support/terminal_session.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";

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

const CLAIM = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: greet }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;

export interface SessionOptions {
  readonly onOutput: (text: string) => void;
  /** Types a line, its end included. */
  readonly type: (session: TerminalSession, line: string) => Promise<void>;
}

/** Plays the session in a directory of its own, which it removes. */
export async function playUpload({ onOutput, type }: SessionOptions): Promise<void> {
  const root = new URL("../../", import.meta.url).pathname;
  const directory = await Deno.makeTempDir({ prefix: "tkn-dev-upload-session-" });
  await using sandbox = await startSandbox({ pace: { podStartMs: POD_START_MS } });
  try {
    const { kube } = await openCluster(sandbox.kubeconfig);
    await applyYaml(kube, CLAIM);
    await applyYaml(kube, await Deno.readTextFile(`${root}examples/pipeline.yaml`));
    const bin = `${directory}/bin`;
    const greet = `${directory}/greet`;
    await Deno.mkdir(bin);
    await run("cp", "-r", `${root}examples/greet`, greet);
    await breakGreeting(`${greet}/src/greet.sh`);
    await commitAll(greet);
    const words = commandLine([]).map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(`${bin}/tkn-dev`, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
    const env = {
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      KUBECONFIG: sandbox.kubeconfig,
      ENV: "",
      TERM,
      NO_COLOR: "",
    };
    const command = `stty cols ${COLUMNS} rows ${ROWS}; PS1='$ ' exec sh -i`;
    await using session = new TerminalSession(command, { cwd: greet, env, onOutput });
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
async function breakGreeting(path: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace("Hello, %s", "Hello %s"));
}

/** A checkout as a user has it, with the same commit each time. */
async function commitAll(directory: string): Promise<void> {
  const git = (...args: string[]) => run("git", "-C", directory, ...IDENTITY, ...args);
  await git("init", "-q", "-b", "main");
  await git("remote", "add", "origin", "https://github.com/example/greet");
  await git("add", ".");
  await git("commit", "-q", "-m", "Greet", "--date", "2026-01-01T00:00:00Z");
}

const IDENTITY = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args,
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z" },
  }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
}
