/** The bench's namespace, Task, pods and directories, which are removed at the end. */
import { temporaryDirectory } from "../../tests/support/temporary.ts";
import { Access } from "./access.ts";
import { type Ended, execute } from "./process.ts";

export interface FixtureOptions {
  readonly image: string;
  readonly gitImage: string;
  readonly namespace?: string;
  readonly context?: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Tekton copies the label from a Task or Pipeline to its runs, and from there to their pods. */
const LABEL = "tkn-dev-bench";
const KINDS = "taskruns,pipelineruns,tasks,pipelines,pods,persistentvolumeclaims";

export class Fixture implements AsyncDisposable {
  readonly name = `tkn-dev-bench-${crypto.randomUUID().slice(0, 8)}`;
  readonly notes: string[] = [];
  /** The load of this machine before the bench began, which disturbs every figure. */
  readonly load = Deno.loadavg()[0];
  readonly #made: (() => Promise<unknown>)[] = [];
  readonly #once = new Map<string, Promise<unknown>>();

  private constructor(
    readonly options: FixtureOptions,
    /** A local directory. */
    readonly directory: string,
    /** The user whose time is measured. */
    readonly access: Access,
    /** The user of the kubeconfig's current context, who may have more rights. */
    readonly admin: Access,
  ) {}

  static async open(options: FixtureOptions): Promise<Fixture> {
    const { context, namespace, signal } = options;
    const temporary = temporaryDirectory();
    const directory = temporary.path;
    try {
      const access = await Access.open({ context, namespace, directory, signal });
      const at = { namespace: access.namespace, directory, signal };
      const admin = context === undefined ? access : await Access.open(at);
      const fixture = new Fixture(options, directory, access, admin);
      fixture.onEnd(() => Promise.resolve(temporary[Symbol.dispose]()));
      fixture.onEnd(() => fixture.#removeObjects());
      return fixture;
    } catch (error) {
      temporary[Symbol.dispose]();
      throw error;
    }
  }

  get signal(): AbortSignal {
    return this.options.signal;
  }

  get labels(): Record<string, string> {
    return { [LABEL]: this.name };
  }

  say(line: string): void {
    this.options.say(line);
  }

  /** Makes something that later cases reuse. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = this.#once.get(name) as Promise<T> | undefined ?? make();
    this.#once.set(name, made);
    return made;
  }

  /** Registers a removal. The last one runs first. */
  onEnd(remove: () => Promise<unknown>): void {
    this.#made.push(remove);
  }

  /** Throws if it fails. */
  async kubectl(
    args: readonly string[],
    options: { stdin?: string; access?: Access; signal?: AbortSignal } = {},
  ): Promise<Ended> {
    const { stdin, access = this.access, signal = this.signal } = options;
    return await execute(["kubectl", "--kubeconfig", access.path, ...args], { stdin, signal });
  }

  async apply(object: object, access = this.access): Promise<void> {
    await this.kubectl(["create", "-f", "-"], { stdin: JSON.stringify(object), access });
  }

  /** Deletes objects at the end, even after an interrupt. */
  async remove(args: readonly string[], access = this.access): Promise<void> {
    const signal = AbortSignal.timeout(120_000);
    await this.kubectl(["delete", "--ignore-not-found", ...args], { access, signal });
  }

  /** Deletes the runs so far and their pods, because their end would disturb later rounds. */
  async removeRuns(): Promise<void> {
    await this.remove(["taskruns,pipelineruns", "-l", `${LABEL}=${this.name}`]);
    await this.remove([
      "pods",
      "-l",
      `${LABEL}=${this.name},tekton.dev/taskRun`,
      "--grace-period=1",
    ]);
  }

  async [Symbol.asyncDispose]() {
    for (const remove of this.#made.toReversed()) {
      await remove().catch((error) => this.say(`not removed: ${error.message}`));
    }
  }

  #removeObjects(): Promise<void> {
    return this.remove([KINDS, "-l", `${LABEL}=${this.name}`, "--grace-period=1"]);
  }
}
