/** One container of a pod: where its processes run, with what environment, and its log. */
import { ContainerLog } from "./container_log.ts";
import { HOST_PATH, type Image } from "./images.ts";
import type { PathMap } from "./paths.ts";
import { type Exit, Process } from "./process.ts";

export interface ContainerOptions {
  readonly name: string;
  readonly image: Image;
  readonly paths: PathMap;
  /** With container paths, in order: a later one may name an earlier one as $(NAME). */
  readonly env: readonly { name: string; value: string }[];
  readonly workingDir?: string;
}

/** The only program of an image without a shell. */
const BUSYBOX = /^(?:\/bin\/)?busybox$/;

/**
 * A container takes a moment to end on a cluster: enough for the command that let its step go on to
 * end by itself.
 */
const LEAVE_MS = 250;

/** A command that can't be started: `reason` is in the words of the container runtime. */
export class StartError extends Error {}

export class Container {
  readonly name: string;
  readonly log = new ContainerLog();
  /** Between the pod's start and its step's end: when exec is possible. */
  running = false;
  readonly #options: ContainerOptions;
  readonly #processes = new Set<Process>();

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
    const { program, args } = options.terminal ? await inTerminal(command) : command;
    if (options.terminal) env.TERM = "xterm";
    if (!this.running) throw new StartError("the container is not running"); // it was stopped meanwhile
    const process = this.#spawn(program, args, env, directory, options.stdin);
    this.#processes.add(process);
    void process.ended.then(() => this.#processes.delete(process));
    return process;
  }

  /** Runs a script file, its interpreter found as the kernel finds it: `#!/bin/sh -e`. */
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

  /** Runs to the end with the output in the log. */
  async run(process: Process): Promise<Exit> {
    const outputs = [process.stdout, process.stderr].map((output) =>
      this.log.collect(output.pipeThrough(this.paths.backward()))
    );
    const [exit] = await Promise.all([process.ended, ...outputs]);
    return exit;
  }

  /** Its step is over: what else runs in it ends with it. */
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

  /** The pod is deleted. */
  async stop(): Promise<void> {
    this.running = false;
    await Promise.all([...this.#processes].map((process) => process.terminate()));
    this.log.end();
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
    for (const { name, value } of env) result[name] = paths.toHost(expand(value, result));
    return result;
  }

  /** `$(NAME)` of the environment in a command, as the kubelet expands it. */
  expand(text: string): string {
    return expand(text, this.#env());
  }

  /** The host path of an argv's program, found as the container would find it. */
  async #resolve(argv: readonly string[], path: string): Promise<Command> {
    const [word] = argv;
    const [program, ...args] = argv.map((each) => this.paths.toHost(each));
    if (!this.hasShell && BUSYBOX.test(word)) {
      const applet = args.shift() ?? "busybox";
      return { program: await locate(applet, applet, HOST_PATH.join(":")), args };
    }
    if (!program.includes("/")) return { program: await locate(word, program, path), args };
    const hidden = !this.hasShell && program === word; // not in the image, and in no volume
    const info = hidden ? undefined : await Deno.stat(program).catch(() => undefined);
    if (info === undefined) {
      throw new StartError(`exec: "${word}": stat ${word}: no such file or directory`);
    }
    if (!(await isProgram(program))) throw new StartError(`exec: "${word}": permission denied`);
    return { program, args };
  }

  #spawn(
    program: string,
    args: string[],
    env: Record<string, string>,
    directory: string,
    stdin?: boolean,
  ): Process {
    try {
      return new Process({ program, args, env, directory, stdin });
    } catch (error) {
      throw new StartError(`fork/exec ${program}: ${(error as Error).message}`);
    }
  }
}

function expand(text: string, env: Record<string, string>): string {
  return text.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name) => {
    if (whole === "$$") return "$";
    return env[name] ?? whole;
  });
}

interface Command {
  readonly program: string;
  readonly args: string[];
}

/** Deno has no pseudo terminals; util-linux' script(1) does. Without it, there is no terminal. */
async function inTerminal({ program, args }: Command): Promise<Command> {
  const script = await locate("script", "script", HOST_PATH.join(":")).catch(() => undefined);
  if (script === undefined) return { program, args };
  const quoted = [program, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  return { program: script, args: ["-qefc", `exec ${quoted}`, "/dev/null"] };
}

async function locate(word: string, program: string, path: string): Promise<string> {
  for (const directory of path.split(":")) {
    if (await isProgram(`${directory}/${program}`)) return `${directory}/${program}`;
  }
  throw new StartError(`exec: "${word}": executable file not found in $PATH`);
}

async function isProgram(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => undefined);
  return info !== undefined && info.isFile && ((info.mode ?? 0o111) & 0o111) !== 0;
}
