/**
 * After this long in which it does not say what is waited for, that is told with all that it said. A first step may be
 * held up to a minute by Tekton's own start signal, which the kubelet hands on when it next looks at the pod.
 */
const PATIENCE_MS = 150_000;

export interface TerminalOptions {
  readonly cwd?: string;
  /** Beside this process's own. */
  readonly env?: Record<string, string>;
  /** What is said, as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** A shell command at a pseudo-terminal of its own (util-linux' `script`), killed when disposed of. */
export class TerminalSession implements AsyncDisposable {
  readonly #script: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #said = "";
  #hasEnded = false;
  #changed = Promise.withResolvers<void>();
  /** All that it said so far. */
  all = "";

  constructor(command: string, { cwd, env, onOutput = () => {} }: TerminalOptions = {}) {
    this.#script = new Deno.Command("script", {
      args: ["-qfec", command, "/dev/null"],
      cwd,
      env,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#output = this.#script.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#input = this.#script.stdin.getWriter();
    this.#reading = this.#read(onOutput);
  }

  /** Waits until it says this, after what it was asked for before; the match. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    while (true) {
      const changed = this.#changed.promise;
      const found = pattern.exec(this.#said);
      if (found !== null) {
        this.#said = this.#said.slice(found.index + found[0].length);
        return found;
      }
      if (this.#hasEnded) throw new Error(`ended without ${pattern}: ${this.all}`);
      await this.#inTime(changed, `it does not say ${pattern}`);
    }
  }

  /** Waits until it ends; the exit code. */
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
      const text = next.value.replaceAll("\r", ""); // of what the other terminal writes this one doubles them
      this.#said += text;
      this.all += text;
      this.#tell();
    }
    this.#hasEnded = true;
    this.#tell();
  }

  #tell(): void {
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
