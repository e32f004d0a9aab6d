import { listenCommand } from "../../src/step/scripts.ts";
import type { Stage } from "./stage.ts";

/** The listener of a channel, with the test in place of tkn-dev. */
export class Listener {
  readonly child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(stage: Stage, channel: string) {
    this.child = stage.run(listenCommand(channel));
    this.#input = this.child.stdin.getWriter();
    this.#output = this.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    void new Response(this.child.stderr).text();
  }

  async hears(): Promise<string | undefined> {
    while (!this.#rest.includes("\n")) {
      const { done, value } = await this.#output.read();
      if (done) return undefined;
      this.#rest += value;
    }
    const [line] = this.#rest.split("\n", 1);
    this.#rest = this.#rest.slice(line.length + 1);
    return line;
  }

  async says(line: string) {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Says that the client is alive, until stopped. */
  staysHere(): Disposable {
    const timer = setInterval(() => void this.says("").catch(() => {}), 200);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  /** Ends its stdin, as a lost connection does. Returns its exit code. */
  async ends() {
    await this.#input.close().catch(() => {});
    while (await this.hears() !== undefined);
    return (await this.child.status).code;
  }

  async isKilled() {
    this.child.kill("SIGKILL");
    await this.child.status;
    await this.#output.cancel();
    await this.#input.close().catch(() => {});
  }
}
