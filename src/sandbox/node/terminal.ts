/**
 * Runs a process on a terminal. Deno has no pseudo-terminals; script(1) of util-linux has, but sets
 * no size if its own input is a pipe. So the command first prints its process id and terminal,
 * `4711 /dev/pts/3`, and stty(1) sets the size of that terminal; the kernel then sends SIGWINCH.
 */
import { locate } from "./images.ts";

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface Command {
  /** Host path of the program. */
  readonly program: string;
  readonly args: string[];
}

export class Terminal {
  /** Removes the first line, which names the terminal, from the output. */
  readonly firstLineFilter: TransformStream<Uint8Array, Uint8Array>;
  #pid: number | undefined;
  #place = "";
  #wanted: TerminalSize | undefined;
  readonly #opened = Promise.withResolvers<void>();

  private constructor(readonly command: Command, private readonly stty: string) {
    let line = "";
    this.firstLineFilter = new TransformStream({
      transform: (chunk, controller) => {
        if (this.isOpen) return controller.enqueue(chunk);
        const end = chunk.indexOf(10);
        line += new TextDecoder().decode(end === -1 ? chunk : chunk.subarray(0, end));
        if (end === -1) return;
        const [pid, place] = line.trim().split(" ");
        this.#pid = Number(pid);
        this.#place = place;
        this.#opened.resolve();
        if (end + 1 < chunk.length) controller.enqueue(chunk.subarray(end + 1));
      },
    });
  }

  /** Undefined if this machine lacks one of the programs. */
  static async of({ program, args }: Command): Promise<Terminal | undefined> {
    const programs = await Promise.all(["script", "stty", "tty"].map((name) => locate(name)));
    const [script, stty, tty] = programs;
    if (script === undefined || stty === undefined || tty === undefined) return undefined;
    const words = [program, ...args].map(quote).join(" ");
    // Without its own terminal script(1) turns echo off, which no container runtime does.
    const text = `${stty} echo; echo $$ "$(${tty})"; exec ${words}`;
    return new Terminal({ program: script, args: ["-qefc", text, "/dev/null"] }, stty);
  }

  /** Resolves once the command runs. Input before that would be echoed before its first line. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  get isOpen(): boolean {
    return this.#pid !== undefined;
  }

  /** The leader of the terminal's session, once it is known. */
  get leader(): number | undefined {
    return this.#pid;
  }

  /** Sets the size. Of several concurrent calls the last one takes effect. */
  async resize(size: TerminalSize): Promise<void> {
    const isUnderWay = this.#wanted !== undefined;
    this.#wanted = size;
    if (isUnderWay) return;
    await this.opened;
    for (let next: TerminalSize | undefined = this.#wanted; next !== undefined;) {
      await this.#set(next);
      next = this.#wanted === next ? undefined : this.#wanted;
    }
    this.#wanted = undefined;
  }

  async #set({ columns, rows }: TerminalSize): Promise<void> {
    const args = ["-F", this.#place, "cols", String(columns), "rows", String(rows)];
    // Fails if the command has ended.
    await new Deno.Command(this.stty, { args, stdin: "null", stdout: "null", stderr: "null" })
      .output();
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
