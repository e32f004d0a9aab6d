import { PATIENCE_MS } from "./patience.ts";

export interface TerminalOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Record<string, string>;
  /** Called with each piece of output. */
  readonly onOutput?: (text: string) => void;
}

/**
 * A shell command at its own pseudo-terminal (util-linux' `script`), killed on disposal. The shell
 * is always /bin/sh: `script` would take the developer's, and shells differ in what Ctrl-C does.
 */
export class TerminalSession implements AsyncDisposable {
  readonly #script: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #said = "";
  #hasEnded = false;
  #changed = Promise.withResolvers<void>();
  /** All output so far. */
  all = "";

  constructor(command: string, { cwd, env, onOutput = () => {} }: TerminalOptions = {}) {
    this.#script = new Deno.Command("script", {
      args: ["-qfec", command, "/dev/null"],
      cwd,
      env: { SHELL: "/bin/sh", ...env },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#output = this.#script.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#input = this.#script.stdin.getWriter();
    this.#reading = this.#read(onOutput);
  }

  /** Waits for a match in the output after the previous match, and returns it. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    while (true) {
      const changed = this.#changed.promise;
      const found = pattern.exec(this.#said);
      if (found !== null) {
        this.#said = this.#said.slice(found.index + found[0].length);
        return found;
      }
      if (this.#hasEnded) throw new Error(`ended without ${pattern}: ${this.all}`);
      await this.#inTime(changed, `the output has no ${pattern}`);
    }
  }

  /** Waits for the end, and returns the exit code. */
  async end(): Promise<number> {
    await this.#inTime(this.#reading, "it does not end");
    return (await this.#script.status).code;
  }

  async type(keys: string | Uint8Array): Promise<void> {
    const bytes = typeof keys === "string" ? new TextEncoder().encode(keys) : keys;
    await this.#input.write(bytes as Uint8Array<ArrayBuffer>);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    try {
      this.#script.kill();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
    await this.#output.cancel();
    await this.#reading;
    await this.#script.status;
  }

  async #read(onOutput: (text: string) => void): Promise<void> {
    for (let next = await this.#output.read(); !next.done; next = await this.#output.read()) {
      onOutput(next.value);
      // Both terminals translate newlines, so carriage returns come twice.
      const text = next.value.replaceAll("\r", "");
      this.#said += text;
      this.all += text;
      this.#wakeWaiters();
    }
    this.#hasEnded = true;
    this.#wakeWaiters();
  }

  #wakeWaiters(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #inTime(work: Promise<void>, what: string): Promise<void> {
    const late = Promise.withResolvers<never>();
    const fail = () => late.reject(new Error(`${what}: ${this.all}`));
    const timer = setTimeout(fail, PATIENCE_MS);
    await Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
  }
}
