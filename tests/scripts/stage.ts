import { gateArguments, gateScript, type GateScriptOptions } from "../../src/step/gate_script.ts";
import { missing, testWith } from "../support/tools.ts";

/** A shell that an image may have as its `sh`. */
export interface Shell {
  readonly name: string;
  readonly argv: readonly string[];
  /** Whether it finds its own programs whatever PATH says, so that none of them can be missing. */
  readonly hasAllPrograms?: true;
  /** Whether printf is not built in, so that every image with this shell has the program. */
  readonly needsPrintf?: true;
}

export const SHELLS: readonly Shell[] = [
  { name: "dash", argv: ["/usr/bin/dash"] },
  { name: "busybox sh", argv: ["/usr/bin/busybox", "sh"], hasAllPrograms: true },
  { name: "bash --posix", argv: ["/usr/bin/bash", "--posix"] },
  { name: "mksh", argv: ["/usr/bin/mksh"], needsPrintf: true },
  { name: "yash", argv: ["/usr/bin/yash"] },
];

/** A script for the shell under test. */
export function by({ argv }: Pick<Shell, "argv">, script: string): string {
  return `#!${argv.join(" ")}\n${script}\n`;
}

/** The command line of debug-run. */
export function debugRun(...flags: string[]): string[] {
  return ["/bin/sh", "/tkn-dev/debug-run", ...flags];
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** For tests at a terminal. */
export const NO_TERMINAL = { ignore: () => missing("script").length > 0 };

/** The complaint of release.sh about a step that is released already. */
export const RELEASED = /the gate has let go already/.source;

/** Defines a test for every shell. */
export function testInEveryShell(
  name: string,
  body: (shell: Shell) => Promise<void>,
  options: { ignore?: (shell: Shell) => boolean } = {},
) {
  for (const shell of SHELLS) {
    const programs = [shell.argv[0], "bsdtar", "busybox"];
    const ignore = options.ignore?.(shell) ?? false;
    testWith(programs, `${name} (${shell.name})`, () => body(shell), { ignore });
  }
}

/** All programs that the scripts can use. */
export const GNU = ["mkfifo", "sleep", "mkdir", "rm", "tar", "sha256sum", "chmod"] as const;

export const isRoot = Deno.uid() === 0;

const ONE_GATE: GateScriptOptions = {
  step: "compile",
  mode: "before",
  plain: [],
  secret: [],
  hidden: false,
  carries: true,
};

/** The user that a process runs as, if not the current one. Only root can choose. */
export type User = "nobody";

/** The differences between containers. */
export interface Place {
  readonly user?: User;
  /** The directory below the workspace that the upload goes to, an argument of the gate. */
  readonly into?: string;
  /** Variables besides those of the container. */
  readonly env?: Readonly<Record<string, string>>;
  /** The umask that the container's runtime gives to its processes. */
  readonly umask?: string;
  /** Runs in a separate session, so that a signal reaches all processes, as Tekton sends it. */
  readonly grouped?: boolean;
}

/**
 * A held container on this machine: directories for /tkn-dev, /tekton/results and the workspace,
 * whose paths are rewritten in the script as the sandbox does, and a PATH with only the given
 * programs.
 */
export class Stage implements AsyncDisposable {
  readonly workspace: string;
  readonly #bin: string;
  /** A variable that all processes started here inherit, by which `processes` finds them. */
  readonly #mark = `TKN_DEV_TEST=${crypto.randomUUID()}`;

  private constructor(
    readonly shell: Shell,
    readonly directory: string,
    readonly user?: User,
  ) {
    this.workspace = `${directory}/work space`;
    this.#bin = `${directory}/bin`;
  }

  /**
   * `programs`: names, or "busybox:NAME" for an applet. The other options are those of the gate.
   */
  static async open(
    shell: Shell,
    { programs = GNU, user, ...options }: Partial<GateScriptOptions> & {
      programs?: readonly string[];
      user?: User;
    } = {},
  ): Promise<Stage> {
    const directory = await Deno.makeTempDir({ prefix: "stage-" });
    await Deno.chmod(directory, 0o755);
    const stage = new Stage(shell, directory, user);
    for (const name of ["tkn-dev", "results", "steps", "bin", "scripts", "work space"]) {
      await Deno.mkdir(`${directory}/${name}`);
      await Deno.chmod(`${directory}/${name}`, 0o777);
    }
    for (const program of [...programs, ...(shell.needsPrintf ? ["printf"] : [])]) {
      const [name, applet] = program.split(":");
      await Deno.symlink(`/usr/bin/${name}`, `${stage.#bin}/${applet ?? name}`);
    }
    await stage.step(options);
    return stage;
  }

  /** Makes the next gate one of this kind, and returns its script. */
  async step(options: Partial<GateScriptOptions>): Promise<string> {
    const script = gateScript({ ...ONE_GATE, ...options });
    const shebang = `#!${this.shell.argv.join(" ")}`;
    await Deno.writeTextFile(this.script, this.#rewritten(script).replace("#!/bin/sh", shebang));
    await Deno.chmod(this.script, 0o755);
    return script;
  }

  /** Sets the command line of the first process, which distinguishes containers. */
  async becomes(commandLine: string): Promise<void> {
    await Deno.writeTextFile(`${this.directory}/cmdline`, commandLine);
  }

  get script(): string {
    return `${this.directory}/scripts/script-0-x7k2p`;
  }

  #rewritten(script: string): string {
    return script.replace(
      /(?<![\w./-])\/(tkn-dev|tekton\/results|tekton\/steps|proc\/1\/cmdline)(?![\w.-])/g,
      (_, path) => `${this.directory}/${path.split("/").at(-1)}`,
    );
  }

  spawn(
    argv: readonly string[],
    { stdin = "null", user = this.user, env = {}, grouped = false, umask }: Place & {
      stdin?: "piped" | "null";
    } = {},
  ): Deno.ChildProcess {
    const asUser = user === "nobody"
      ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...argv]
      : argv;
    const [key, value] = this.#mark.split("=");
    const masked = umask === undefined
      ? asUser
      : ["/bin/sh", "-c", `umask ${umask}; exec "$@"`, "sh", ...asUser];
    return new Deno.Command(masked[0], {
      args: masked.slice(1),
      clearEnv: true,
      env: { PATH: this.#bin, LC_ALL: "C.UTF-8", [key]: value, ...env },
      cwd: "/",
      detached: grouped,
      stdin,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Starts the gate and waits for its line. */
  async hold(seconds = 0, own: readonly string[] = [], place: Place = {}): Promise<Gate> {
    const gate = this.start(seconds, own, place);
    await gate.line();
    return gate;
  }

  /** Keeps the gate from giving up, as a client does, until stopped. */
  visits(): Disposable {
    const visit = () => Deno.writeTextFileSync(`${this.directory}/tkn-dev/visited`, ".");
    const timer = setInterval(visit, 100);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  start(seconds = 0, own: readonly string[] = [], place: Place = {}): Gate {
    const { into: directory } = place;
    const options = { watchdogSeconds: seconds, workspacePath: this.workspace, directory, own };
    const argv = [this.script, ...gateArguments(options)];
    return new Gate(this.spawn(argv, place), place.grouped);
  }

  /** Starts a command of src/step/scripts.ts, whose first word is the shell. */
  run([, ...words]: readonly string[], place: Place = {}): Deno.ChildProcess {
    const argv = [...this.shell.argv, ...words.map((word) => this.#rewritten(word))];
    // In a separate process group, as a node starts each command in a container.
    return this.spawn(argv, { grouped: true, ...place, stdin: "piped" });
  }

  /** Returns the same as a command line for a terminal. */
  async commandLine([, ...words]: readonly string[]): Promise<string> {
    const path = `${this.directory}/tkn-dev/shell`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replace("/bin/sh -i", `${this.shell.argv.join(" ")} -i`));
    const argv = [
      ...["/usr/bin/env", "-i", `PATH=${this.#bin}`, "LC_ALL=C.UTF-8", this.#mark],
      ...this.shell.argv,
      ...words.map((word) => this.#rewritten(word)),
    ];
    return argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  }

  /** Runs a command to its end. */
  async exec(
    command: readonly string[],
    stdin?: Uint8Array | ReadableStream<Uint8Array>,
    place: Place = {},
  ) {
    const child = this.run(command, place);
    const bytes = stdin instanceof ReadableStream
      ? stdin
      : ReadableStream.from(stdin?.length ? [stdin] : []);
    // A program may end early, which closes the pipe.
    const [, output] = await Promise.all([
      bytes.pipeTo(child.stdin).catch(() => {}),
      child.output(),
    ]);
    return {
      code: output.code,
      stdout: new TextDecoder().decode(output.stdout),
      stderr: new TextDecoder().decode(output.stderr),
    };
  }

  async read(path: string): Promise<string> {
    return await Deno.readTextFile(`${this.directory}/${path}`);
  }

  /** The command lines of the processes that still run here, without zombies. */
  async processes(): Promise<string[]> {
    const found: string[] = [];
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
      if (!environment.split("\0").includes(this.#mark)) continue;
      const command = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
      if (command) found.push(`${name} ${command.replaceAll("\0", " ")}`);
    }
    return found;
  }

  async [Symbol.asyncDispose]() {
    // Again, as one may have started another meanwhile, which writes into the directory.
    await until("the processes' end", async () => {
      const processes = await this.processes();
      for (const process of processes) {
        try {
          Deno.kill(Number(process.split(" ")[0]), "SIGKILL");
        } catch { /* it ended by itself */ }
      }
      return processes.length === 0;
    });
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** A running gate: its stdout line by line, and its end. */
export class Gate {
  readonly #child: Deno.ChildProcess;
  readonly #stdout: ReadableStreamDefaultReader<string>;
  readonly #stderr: Promise<string>;
  #rest = "";

  constructor(child: Deno.ChildProcess, readonly grouped = false) {
    this.#child = child;
    this.#stdout = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#stderr = new Response(child.stderr).text();
  }

  /** Returns the next line, or undefined at the end. */
  async line(): Promise<string | undefined> {
    while (!this.#rest.includes("\n")) {
      const { done, value } = await soon("the gate's next line", this.#stdout.read());
      if (done) return undefined;
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return line;
  }

  /**
   * Resolves once the gate waits for a word. dash may miss a signal just before that: its trap then
   * runs after the next word.
   */
  async waits(): Promise<void> {
    const place = () => Deno.readTextFile(`/proc/${this.#child.pid}/wchan`);
    await until("the gate waits", async () => /read|poll|select/.test(await place()));
  }

  kill(signal: Deno.Signal) {
    if (this.grouped) Deno.kill(-this.#child.pid, signal);
    else this.#child.kill(signal);
  }

  /** Resolves with its exit code, the lines not yet read and all of stderr. */
  async ended(): Promise<{ code: number; lines: string[]; stderr: string }> {
    const lines: string[] = [];
    for (let line; (line = await this.line()) !== undefined;) lines.push(line);
    return { code: (await this.#child.status).code, lines, stderr: await this.#stderr };
  }
}

const DEADLINE_MS = 10_000;

/** Returns the value of the promise if it resolves within the deadline. */
export async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out waiting for ${what}`)), DEADLINE_MS);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Resolves once the condition holds. Fails if it does not within the deadline. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error(`timed out waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
