/** Runs the measured programs, and keeps their lines with the times of reading them. */

export interface Line {
  readonly from: "stdout" | "stderr";
  readonly text: string;
  /** By performance.now(). */
  readonly atMs: number;
}

export interface StartOptions {
  readonly stdin?: string;
  readonly env?: Record<string, string>;
  readonly signal: AbortSignal;
  readonly onLine?: (line: Line) => void;
}

export interface Ended {
  readonly code: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly pid: number;
  readonly startMs: number;
  readonly ended: Promise<Ended>;
  interrupt(): void;
}

export function start(argv: readonly string[], options: StartOptions): Started {
  const { stdin, env, signal, onLine = () => {} } = options;
  signal.throwIfAborted();
  const startMs = performance.now();
  const process = new Deno.Command(argv[0], {
    args: argv.slice(1),
    env: { NO_COLOR: "1", ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).spawn();
  const outputs = [read("stdout", process.stdout, onLine), read("stderr", process.stderr, onLine)];
  const end = async (): Promise<Ended> => {
    if (stdin !== undefined) {
      await ReadableStream.from([stdin]).pipeThrough(new TextEncoderStream()).pipeTo(process.stdin);
    }
    const { code } = await process.status;
    const endMs = performance.now();
    const [stdout, stderr] = await Promise.all(outputs);
    signal.throwIfAborted();
    return { code, startMs, endMs, stdout, stderr };
  };
  return { pid: process.pid, startMs, ended: end(), interrupt: () => process.kill("SIGINT") };
}

/** Throws if it fails, with its output. */
export async function execute(argv: readonly string[], options: StartOptions): Promise<Ended> {
  const ended = await start(argv, options).ended;
  if (ended.code !== 0) {
    const said = (ended.stderr + ended.stdout).trim();
    throw new Error(`Cannot run "${argv.join(" ")}": exit code ${ended.code}\n${said}`);
  }
  return ended;
}

async function read(
  from: Line["from"],
  stream: ReadableStream<Uint8Array>,
  onLine: (line: Line) => void,
): Promise<string> {
  let text = "";
  let told = 0;
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    const atMs = performance.now();
    text += part;
    for (let end = text.indexOf("\n", told); end >= 0; end = text.indexOf("\n", told)) {
      onLine({ from, text: text.slice(told, end), atMs });
      told = end + 1;
    }
  }
  return text;
}
