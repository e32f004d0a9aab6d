/** Runs injections side by side, each in its own namespace. */
import { type Certificates, makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { Random } from "../../support/random.ts";
import type { Admin } from "../cluster/admin.ts";
import { inject, type TrialOptions } from "./trial.ts";
import type { Injection, Observation } from "./injection.ts";
import { type Cell, judge } from "../report/judge.ts";
import { measure } from "./measure.ts";
import type { Profile } from "./profile.ts";
import { TestNamespace } from "../cluster/test_namespace.ts";
import type { Measures } from "./progress.ts";
import { writeTree } from "./tree.ts";
import { Witness } from "./witness.ts";

export interface TrialRunnerOptions {
  readonly admin: Admin;
  readonly seed: number;
  /** The number of injections at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
}

/** The tree of a profile, and the measures of an upload without a fault. */
interface PreparedProfile {
  readonly tree: string;
  readonly measures: Measures;
}

export class TrialRunner implements AsyncDisposable {
  readonly #prepared = new Map<Profile, PreparedProfile>();
  #count = 0;

  private constructor(
    private readonly options: TrialRunnerOptions,
    private readonly directory: string,
    private readonly namespaces: readonly TestNamespace[],
    private readonly witness: Witness,
    private readonly certificates: Certificates,
  ) {}

  static async open(options: TrialRunnerOptions): Promise<TrialRunner> {
    const { admin, jobs } = options;
    const directory = await Deno.makeTempDir({ prefix: "tkn-dev-faults-" });
    await Deno.chmod(directory, 0o755);
    await TestNamespace.removeOld(admin);
    // Kubernetes deletes a namespace later, so names must not repeat.
    const prefix = `faults-${crypto.randomUUID().slice(0, 4)}`;
    const names = Array.from({ length: jobs }, (_, at) => `${prefix}-${at + 1}`);
    const namespaces = await Promise.all(
      names.map((name) => TestNamespace.open(admin, name, directory)),
    );
    const witness = new Witness(await hostOf(admin));
    return new TrialRunner(options, directory, namespaces, witness, await makeCertificates());
  }

  /** Calls back after each injection, in the order in which they end. */
  async run(injections: readonly Injection[], onCell: (cell: Cell) => void): Promise<void> {
    const profiles = [...new Set(injections.map(({ profile }) => profile))];
    await this.#each(profiles, (profile, testNamespace) => this.#prepare(profile, testNamespace));
    // In random order, so that the long ones are not all at the end and the heavy ones not side by
    // side.
    const mixed = shuffled(injections, new Random(this.options.seed));
    await this.#each(mixed, async (injection, testNamespace) => {
      const prepared = this.#prepared.get(injection.profile)!;
      const setting = { ...prepared, ...this.#setting(testNamespace) };
      const seen = await inject(injection, setting).catch(notInjected);
      if (!this.options.signal.aborted) {
        onCell({ ...injection, seen, problems: judge(injection, seen) });
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const testNamespace of this.namespaces) await testNamespace.close();
    await this.witness[Symbol.asyncDispose]();
    await Deno.remove(this.directory, { recursive: true });
  }

  async #prepare(profile: Profile, testNamespace: TestNamespace): Promise<void> {
    const tree = `${this.directory}/trees/${profile.name}`;
    await writeTree(tree, this.options.seed, profile.tree);
    const measures = await measure(profile, { tree, ...this.#setting(testNamespace) });
    this.#prepared.set(profile, { tree, measures });
  }

  #setting(testNamespace: TestNamespace): Omit<TrialOptions, "tree" | "measures"> {
    const { seed, signal } = this.options;
    const scratch = `${this.directory}/${this.#count++}`;
    const { witness, certificates } = this;
    return { testNamespace, witness, certificates, seed, signal, scratch };
  }

  /** Handles each item in a free namespace, as many at once as there are namespaces. */
  async #each<T>(
    items: readonly T[],
    work: (item: T, testNamespace: TestNamespace) => Promise<void>,
  ): Promise<void> {
    const left = items.values();
    await Promise.all(this.namespaces.map(async (testNamespace) => {
      for (const item of left) {
        if (this.options.signal.aborted) return;
        await work(item, testNamespace);
      }
    }));
  }
}

/** An injection during which the cluster failed the administrator. The others continue. */
function notInjected(error: unknown): Observation {
  return {
    injected: false,
    error: `${error}`,
    state: "no run",
    code: 0,
    seconds: 0,
    hung: false,
    leftOvers: [],
    cleaned: 0,
    saysNoLog: false,
    lines: [],
    stderr: "",
  };
}

/** Returns this machine's address for the cluster's pods: it is the node. */
async function hostOf(admin: Admin): Promise<string> {
  const [node] = await admin.list("/api/v1/nodes");
  const addresses: { type: string; address: string }[] = node.status.addresses;
  return addresses.find(({ type }) => type === "InternalIP")!.address;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items.map((item) => ({ item, key: random.next() }))
    .toSorted((one, other) => one.key - other.key)
    .map(({ item }) => item);
}
