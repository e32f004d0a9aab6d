/** Runs the program as a user does: the compiled binary that TKN_DEV names, or the source. */
const ROOT = new URL("../../", import.meta.url).pathname;

/** Tests leave nothing in the home of the user who runs them. */
Deno.env.set("TKN_DEV_NO_REMEMBER", "1");

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Returns the lines of stderr, except reports of slow answers, which any busy machine may cause.
 */
export function stderrLines({ stderr }: Pick<Ran, "stderr">): string[] {
  return stderr.trimEnd().split("\n").filter((line) => !line.startsWith("Waiting for "));
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

export async function tknDev(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return await startTknDev(args, options).ended;
}

/** A program that is running, for tests that interrupt or watch it. */
export interface Running {
  readonly ended: Promise<Ran>;
  /** Resolves once stderr matches; rejects if the program ends without a match. */
  stderrMatch(pattern: RegExp): Promise<string>;
  /** The same for stdout. */
  stdoutMatch(pattern: RegExp): Promise<string>;
  signal(name: Deno.Signal): void;
}

/** Returns the program's command line with those arguments. */
export function commandLine(args: readonly string[]): string[] {
  const binary = Deno.env.get("TKN_DEV");
  return binary === undefined
    ? [Deno.execPath(), "run", "-A", "--quiet", `${ROOT}main.ts`, ...args]
    : [binary, ...args];
}

/** Returns the variables for another home, in which the source still finds the caches of Deno. */
export function environmentWithHome(home: string): Record<string, string> {
  const { DENO_DIR, XDG_CACHE_HOME, HOME } = Deno.env.toObject();
  return { HOME: home, DENO_DIR: DENO_DIR ?? `${XDG_CACHE_HOME ?? `${HOME}/.cache`}/deno` };
}

export function startTknDev(args: readonly string[], { env, cwd }: RunOptions = {}): Running {
  const argv = commandLine(args);
  const process = new Deno.Command(argv[0], {
    args: argv.slice(1),
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = collect(process.stdout);
  const stderr = collect(process.stderr);
  const ended = Promise.all([process.status, stdout.whole, stderr.whole])
    .then(([{ code }]) => ({ code, stdout: stdout.text(), stderr: stderr.text() }));
  return {
    ended,
    stderrMatch: stderr.matches,
    stdoutMatch: stdout.matches,
    signal: (name) => process.kill(name),
  };
}

function collect(stream: ReadableStream<Uint8Array>) {
  let text = "";
  const waiting = new Set<() => void>();
  const whole = (async () => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text += part;
      for (const look of waiting) look();
    }
  })();
  const matches = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(text);
        if (found === null) return;
        waiting.delete(look);
        resolve(found[0]);
      };
      waiting.add(look);
      look();
      whole.then(() => reject(new Error(`ended without ${pattern}; it said:\n${text}`)));
    });
  return { whole, matches, text: () => text };
}
