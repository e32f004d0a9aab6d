/** Runs one upload with a fault, and observes the result. */
import type { Certificates } from "../../../src/sandbox/api/certificate.ts";
import type { Ran, Running } from "../../support/program.ts";
import { heldUnreported, isUnfinished, leftOvers, settled } from "./aftermath.ts";
import { cleanUp, startUpload, SUB_PATH } from "./client.ts";
import type { Injection, Observation } from "./injection.ts";
import { FaultProxy } from "../proxy/fault_proxy.ts";
import type { FoundRun, TestNamespace } from "../cluster/test_namespace.ts";
import type { Measures } from "./progress.ts";
import { Striker } from "./striker.ts";
import { aborted, after, LONGEST_RUN_MS, LOOK_MS, ORPHAN_MS, START_MS } from "./times.ts";
import { alterTree, difference, listingOf, writeTree } from "./tree.ts";
import type { Testimony, Witness } from "./witness.ts";
import type { FaultContext } from "../catalog/context.ts";

/** The exit codes of a client that gave up on its run. */
const GIVEN_UP = [3, 4, 130];

export interface TrialOptions {
  readonly testNamespace: TestNamespace;
  readonly witness: Witness;
  readonly certificates: Certificates;
  /** The tree of the injection's profile. */
  readonly tree: string;
  readonly measures: Measures;
  readonly seed: number;
  /** Aborts the whole test: everything that was started ends at once. */
  readonly signal: AbortSignal;
  /** A directory for this injection only. */
  readonly scratch: string;
}

export async function inject(injection: Injection, setting: TrialOptions): Promise<Observation> {
  const { scratch, testNamespace } = setting;
  await Deno.mkdir(scratch, { recursive: true });
  await using trial = await Trial.open(injection, setting);
  try {
    return await trial.run();
  } finally {
    await trial.release();
    await testNamespace.clear();
    await Deno.remove(scratch, { recursive: true });
  }
}

class Trial implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #striker: Striker;
  readonly #testimony: Testimony;
  readonly #tree: string;
  /** The listings of all trees that may arrive. */
  readonly #listings: string[] = [];
  #proxy!: FaultProxy;
  #context!: FaultContext;
  #client?: Running;
  /** An upload of another tree, at the same time or between ours. */
  #other?: { running: Running; testimony: Testimony; listing: string };

  private constructor(
    private readonly injection: Injection,
    private readonly setting: TrialOptions,
  ) {
    const { changesTree, isBetweenUploads } = injection.fault;
    this.#striker = new Striker(injection, setting.measures);
    this.#testimony = setting.witness.newTestimony();
    this.#tree = changesTree || isBetweenUploads ? `${setting.scratch}/tree` : setting.tree;
    setting.signal.addEventListener("abort", () => this.#signal("SIGKILL"));
  }

  static async open(injection: Injection, setting: TrialOptions): Promise<Trial> {
    const trial = new Trial(injection, setting);
    const { certificates, testNamespace, tree } = setting;
    trial.#proxy = await FaultProxy.open(
      testNamespace.admin.upstream,
      certificates,
      (moment) => trial.#striker.observe(moment, trial.#context),
    );
    if (trial.#tree !== tree) await copy(tree, trial.#tree);
    if (injection.fault.isBetweenUploads) await alterTree(trial.#tree);
    trial.#listings.push(await listingOf(tree));
    trial.#context = trial.#newContext();
    return trial;
  }

  async run(): Promise<Observation> {
    const { injection: { fault }, setting: { testNamespace, signal } } = this;
    await fault.prepare?.(this.#context);
    if (fault.isBetweenUploads) await this.#whole();
    const startedMs = Date.now();
    const { ran, hung, endedMs } = await this.#struckUpload();
    const judged = fault.isBetweenUploads ? await this.#whole() : ran;
    const other = await this.#other?.running.ended;
    const { code, stderr } = judged;
    const isReleased = () => this.#testimony.starts.length > 0;
    const unreported = GIVEN_UP.includes(code)
      ? await heldUnreported(testNamespace, { stderr, isReleased })
      : [];
    const runs = await settled(testNamespace, signal);
    if (fault.changesTree) this.#listings.push(await listingOf(this.#tree));
    const own = runs.filter(({ name }) => !isOf(other, name));
    const judgedRun = own.find(({ name }) => isOf(judged, name)) ?? own.at(0);
    const left = await this.#left(own);
    return {
      injected: this.#striker.struckMs !== undefined,
      error: this.#striker.error,
      state: isReleased() ? "released" : runs.length === 0 ? "no run" : "held",
      wrongTree: this.#difference(),
      code,
      seconds: (endedMs - (this.#striker.struckMs ?? startedMs)) / 1000,
      hung,
      run: judgedRun?.state,
      leftOvers: [...unreported, ...left.still],
      cleaned: left.cleaned,
      saysNoLog: /following the run without it|did not send the end of the logs of/.test(stderr),
      lines: [...judged.stdout.matchAll(/line (\d+)$/gm)].map(([, line]) => Number(line)),
      stderr: other === undefined ? stderr : `${stderr}\nThe other:\n${other.stderr}`,
    };
  }

  /** Returns what is left after `tkn-dev cleanup`, and how many objects that removed. */
  async #left(runs: readonly FoundRun[]): Promise<{ still: string[]; cleaned: number }> {
    const { injection: { fault }, setting: { testNamespace, scratch, signal } } = this;
    const ours = fault.isBetweenUploads ? runs.slice(1) : runs;
    const before = await leftOvers(testNamespace, ours);
    if (before.length === 0 || signal.aborted) return { still: before, cleaned: 0 };
    if (before.some((one) => one.startsWith("pod "))) await after(ORPHAN_MS);
    await testNamespace.expire();
    await cleanUp({ testNamespace, scratch });
    await after(LOOK_MS);
    const still = await leftOvers(testNamespace, ours);
    return { still, cleaned: before.length - still.length };
  }

  async release(): Promise<void> {
    await this.injection.fault.release?.(this.#context).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#proxy[Symbol.asyncDispose]();
  }

  /** Runs the upload with the fault until it ends or its time is over. */
  async #struckUpload(): Promise<{ ran: Ran; hung: boolean; endedMs: number }> {
    const { injection: { fault }, setting } = this;
    const way = { port: this.#proxy.port, ca: setting.certificates.ca };
    const testimony = fault.isBetweenUploads ? setting.witness.newTestimony() : this.#testimony;
    const running = await this.#start(this.#tree, testimony, way);
    this.#client = running;
    if (fault.isBetweenUploads) {
      this.#other = { running, testimony, listing: await listingOf(this.#tree) };
    }
    let isOver = false;
    const ended = running.ended.then(() => isOver = true);
    await Promise.race([this.#striker.struck.promise, ended, after(START_MS)]);
    const isStruck = this.#striker.struckMs !== undefined;
    if (isStruck && fault.endsClient) await settled(setting.testNamespace, setting.signal);
    else if (isStruck) await Promise.race([ended, this.#timeIsOver()]);
    const hung = isStruck && !isOver && !fault.endsClient;
    const endedMs = Date.now();
    this.#signal("SIGKILL");
    return { ran: await running.ended, hung, endedMs };
  }

  /**
   * Resolves once the time since the strike is over. A client that follows a run has as long as the
   * run, within a limit.
   */
  async #timeIsOver(): Promise<void> {
    const { injection: { fault }, setting: { testNamespace } } = this;
    const { struckMs = 0 } = this.#striker;
    const limitMs = fault.endSeconds * 1000;
    const isGiven = () => !fault.isPrompt && Date.now() < struckMs + LONGEST_RUN_MS;
    let goingMs = struckMs;
    while (Date.now() < goingMs + limitMs) {
      await after(LOOK_MS);
      const isLate = Date.now() > struckMs + limitMs / 2;
      if (isLate && isGiven() && (await testNamespace.runs()).some(isUnfinished)) {
        goingMs = Date.now();
      }
    }
  }

  /** Uploads the whole tree without a fault. Its step reports to our witness. */
  async #whole(): Promise<Ran> {
    return await (await this.#start(this.setting.tree, this.#testimony)).ended;
  }

  /**
   * Returns how a tree that a step saw differs from the sent tree: "" if it does not, undefined if
   * no step reported.
   */
  #difference(): string | undefined {
    const [own, other] = [this.#testimony.trees, this.#other?.testimony.trees ?? []];
    if (own.length + other.length === 0) return undefined;
    const wrong = own.find((tree) => !this.#listings.includes(tree));
    if (wrong !== undefined) return difference(wrong, this.#listings[0]);
    const others = other.find((tree) => tree !== this.#other!.listing);
    return others === undefined ? "" : `the other: ${difference(others, this.#other!.listing)}`;
  }

  #newContext(): FaultContext {
    const { testNamespace } = this.setting;
    const over = this.#over.signal;
    return {
      proxy: this.#proxy,
      progress: this.#striker.progress,
      testNamespace,
      tree: this.#tree,
      workspace: `${testNamespace.directory}/${SUB_PATH}`,
      signal: (name) => this.#signal(name),
      startOther: () => this.#startOther(),
      over,
      pause: (ms) => Promise.race([after(ms), aborted(over)]),
    };
  }

  #signal(name: Deno.Signal): void {
    const all = this.setting.signal.aborted ? [this.#client, this.#other?.running] : [this.#client];
    for (const one of all) {
      try {
        one?.signal(name);
      } catch {
        // it has ended
      }
    }
  }

  async #startOther(): Promise<void> {
    const { scratch, seed, witness } = this.setting;
    const tree = `${scratch}/other`;
    await writeTree(tree, seed + 1, this.injection.profile.tree);
    const testimony = witness.newTestimony();
    const running = await this.#start(tree, testimony);
    this.#other = { running, testimony, listing: await listingOf(tree) };
    await Promise.race([running.stderrMatch(/^Held at/m), after(START_MS)]).catch(() => {});
  }

  #start(tree: string, testimony: Testimony, way?: { port: number; ca: string }): Promise<Running> {
    const { injection: { profile }, setting: { testNamespace, scratch } } = this;
    return startUpload({ profile, testNamespace, tree, witness: testimony.url, scratch, way });
  }
}

/** Whether this client created the run. */
function isOf(ran: Ran | undefined, run: string): boolean {
  return ran !== undefined && new RegExp(`^Created \\S+ ${run} in `, "m").test(ran.stderr);
}

async function copy(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  if (!success) throw new Error(`cannot copy ${from}`);
}
