/** One container of a pod: its directory, its environment, its processes and its log. */
import { ContainerLog } from "./container_log.ts";
import { type Environment, expand } from "./environment.ts";
import { type Image, isProgram, locate } from "./images.ts";
import type { PathMap } from "./paths.ts";
import { type Exit, Process, type ProcessOptions } from "./process.ts";
import { type Command, Terminal } from "./terminal.ts";

export interface ContainerOptions {
  readonly name: string;
  readonly image: Image;
  readonly paths: PathMap;
  /** With container paths. */
  readonly env: Environment;
  readonly workingDir?: string;
}

/** The only program of an image without a shell. */
const BUSYBOX = /^(?:\/bin\/)?busybox$/;

/**
 * A container on a cluster takes a moment to end, which is enough for the command that released its
 * step to end by itself.
 */
const LEAVE_MS = 250;

/** A command that cannot start. The message is in the words of the container runtime. */
export class StartError extends Error {}

export class Container {
  readonly name: string;
  readonly log = new ContainerLog();
  /** True from the pod's start to the step's end, while exec is possible. */
  running = false;
  readonly #options: ContainerOptions;
  readonly #processes = new Set<Process>();
  readonly #ownVariables = new Map<string, string>();

  constructor(options: ContainerOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get paths(): PathMap {
    return this.#options.paths;
  }

  get hasShell(): boolean {
    return this.#options.image.hasShell;
  }

  /** Starts an argv with container paths. Throws StartError. */
  async start(
    argv: readonly string[],
    options: { stdin?: boolean; terminal?: boolean } = {},
  ): Promise<Process> {
    const env = this.#env();
    const { paths } = this;
    const directory = paths.directory(this.#options.workingDir);
    await Deno.mkdir(directory, { recursive: true }); // as the container runtime does
    const command = await this.#resolve(argv, env.PATH);
    const terminal = options.terminal ? await Terminal.of(command) : undefined;
    if (options.terminal) env.TERM = "xterm";
    if (!this.running) throw new StartError("the container is not running"); // it has been stopped since
    const process = this.#spawn({
      ...(terminal?.command ?? command),
      terminal,
      env,
      directory,
      stdin: options.stdin,
    });
    this.#processes.add(process);
    void process.ended.then(() => this.#processes.delete(process));
    return process;
  }

  /**
   * Runs a script file with the interpreter of its first line, as the kernel does: `#!/bin/sh -e`.
   */
  async startScript(file: string, script: string, args: readonly string[]): Promise<Process> {
    const [, interpreter, argument] = /^#!\s*(\S+)[ \t]*(.*)/.exec(script) ?? [];
    if (interpreter === undefined) throw new StartError(`fork/exec ${file}: exec format error`);
    const isThere = this.hasShell && await isProgram(this.paths.toHost(interpreter));
    if (!isThere) throw new StartError(`fork/exec ${file}: no such file or directory`);
    return await this.start([
      interpreter,
      ...(argument.trim() ? [argument.trim()] : []),
      file,
      ...args,
    ]);
  }

  /** Runs a process to its end, with its output in the log. */
  async run(process: Process): Promise<Exit> {
    const outputs = [process.stdout, process.stderr].map((output) =>
      this.log.collect(output.pipeThrough(this.paths.backward()))
    );
    const [exit] = await Promise.all([process.ended, ...outputs]);
    return exit;
  }

  /** Ends the container after its step has ended, and kills the processes that are left in it. */
  async finish(): Promise<void> {
    this.running = false;
    const processes = [...this.#processes];
    let timer;
    const late = new Promise((resolve) => timer = setTimeout(resolve, LEAVE_MS));
    await Promise.race([Promise.all(processes.map(({ ended }) => ended)), late]);
    clearTimeout(timer);
    for (const process of processes) process.kill();
    await Promise.all(processes.map(({ ended }) => ended));
    this.log.end();
  }

  /** Ends the container because its pod is deleted. */
  async stop(): Promise<void> {
    this.running = false;
    await Promise.all([...this.#processes].map((process) => process.terminate()));
    this.log.end();
  }

  /**
   * Sets a variable for all processes that start later. Tekton's entrypoint does this once it knows
   * the results of earlier steps.
   */
  setVariable(name: string, value: string): void {
    this.#ownVariables.set(name, value);
  }

  #env(): Record<string, string> {
    const { image, env, paths, name } = this.#options;
    const result: Record<string, string> = {
      PATH: image.path,
      HOME: paths.toHost("/tekton/home"),
      TMPDIR: paths.toHost("/tmp"),
      LANG: "C.UTF-8",
      HOSTNAME: name,
    };
    for (const [name, value] of [...env, ...this.#ownVariables]) result[name] = paths.toHost(value);
    return result;
  }

  /** Expands `$(NAME)` in a command by the environment, as the kubelet does. */
  expand(text: string): string {
    return expand(text, this.#options.env);
  }

  /** Resolves an argv's program to its host path, by the container's PATH. */
  async #resolve(argv: readonly string[], path: string): Promise<Command> {
    const [word] = argv;
    const [program, ...args] = argv.map((each) => this.paths.toHost(each));
    if (!this.hasShell && BUSYBOX.test(word)) {
      const applet = args.shift() ?? "busybox";
      return { program: await find(applet, applet), args };
    }
    if (!program.includes("/")) return { program: await find(word, program, path), args };
    const hidden = !this.hasShell && program === word; // not in the image and in no volume
    const info = hidden ? undefined : await Deno.stat(program).catch(() => undefined);
    if (info === undefined) {
      throw new StartError(`exec: "${word}": stat ${word}: no such file or directory`);
    }
    const isScript = !this.hasShell && word.startsWith("/tekton/debug/scripts/");
    if (isScript) throw new StartError(`exec ${word}: no such file or directory`); // its "#!/bin/sh" does not exist
    if (!(await isProgram(program))) throw new StartError(`exec: "${word}": permission denied`);
    return { program, args };
  }

  #spawn(options: ProcessOptions): Process {
    try {
      return new Process(options);
    } catch (error) {
      throw new StartError(`fork/exec ${options.program}: ${(error as Error).message}`);
    }
  }
}

async function find(word: string, program: string, path?: string): Promise<string> {
  const found = await locate(program, path);
  if (found === undefined) {
    throw new StartError(`exec: "${word}": executable file not found in $PATH`);
  }
  return found;
}
