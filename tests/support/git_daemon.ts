/** Serves the bare repositories of a directory by git's own protocol, also to pods. */
export interface GitDaemon extends AsyncDisposable {
  readonly port: number;
}

/** The daemon prints this once it accepts connections. */
const READY = "Ready to rumble";

/** Throws if the daemon ends before it is ready. */
export async function startGitDaemon(directory: string): Promise<GitDaemon> {
  const port = freePort();
  const listen = ["--listen=0.0.0.0", `--port=${port}`, "--reuseaddr", "--verbose"];
  const daemon = new Deno.Command("git", {
    args: ["daemon", ...listen, "--export-all", `--base-path=${directory}`, directory],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { GIT_CONFIG_GLOBAL: "/dev/null" },
    detached: true, // git starts the daemon as another process
  }).spawn();
  const said = daemon.stderr.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; !text.includes(READY);) {
    const { done, value } = await said.read();
    if (done) throw new Error(`git daemon does not start: ${text}`);
    text += value;
  }
  const drained = drain(said);
  return {
    port,
    async [Symbol.asyncDispose]() {
      Deno.kill(-daemon.pid, "SIGTERM");
      await daemon.status;
      await drained;
    },
  };
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done) { /* a daemon that cannot print stops */ }
}

/** Nothing else here asks for it before the daemon does. */
function freePort(): number {
  using listener = Deno.listen({ port: 0 });
  return listener.addr.port;
}
