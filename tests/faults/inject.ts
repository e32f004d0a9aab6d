/** Has one upload go wrong, and looks at what becomes of it. */
import type { Certificates } from "../../src/sandbox/certificate.ts";
import { type Ran, type Running, startTknDev } from "../support/program.ts";
import { FaultProxy, type Moment } from "./proxy/fault_proxy.ts";
import type { Injection, Observed } from "./injection.ts";
import type { FoundRun, Room } from "./room.ts";
import { type Measures, Seen } from "./seen.ts";
import { alterTree, difference, listingOf, writeTree } from "./tree.ts";
import type { Stand, Witness } from "./witness.ts";
import type { World } from "./world.ts";

/** How long a step is held with nobody there. */
export const PAUSE_SECONDS = 20;
/** A pod may take that long to hold: a kubelet that missed Tekton's word to its first step looks again after 90 s. */
const START_MS = 150_000;
/** Beyond the pause, a run is over, and its pods are, within that time. */
const SETTLE_MS = 30_000;
/** The exit codes of a client that has given up on its run. */
const GIVEN_UP = [3, 4, 130];
/** By then a run that was cancelled has ended. */
const CANCEL_MS = 6_000;
const LOOK_MS = 1_000;

export interface Setting {
  readonly room: Room;
  readonly witness: Witness;
  readonly certificates: Certificates;
  /** The tree of the injection's profile. */
  readonly tree: string;
  readonly measures: Measures;
  readonly seed: number;
  /** Aborts where all is given up: what was started ends at once. */
  readonly signal: AbortSignal;
  /** For what is of this injection alone. */
  readonly scratch: string;
}

export async function inject(injection: Injection, setting: Setting): Promise<Observed> {
  const { scratch, room } = setting;
  await Deno.mkdir(scratch, { recursive: true });
  await using upload = await Upload.open(injection, setting);
  try {
    return await upload.run();
  } finally {
    await upload.release();
    await room.clear();
    await Deno.remove(scratch, { recursive: true });
  }
}

class Upload implements AsyncDisposable {
  readonly seen = new Seen();
  readonly #over = new AbortController();
  readonly #struck = Promise.withResolvers<void>();
  readonly #stand: Stand;
  /** Those that may arrive. */
  readonly #listings: string[] = [];
  readonly #tree: string;
  #proxy!: FaultProxy;
  #world!: World;
  #client?: Running;
  #strikes = 0;
  #struckMs = 0;
  /** When the first exec was asked for: the step held then. */
  #execMs?: number;
  #isInterrupted = false;
  #error?: string;
  #other?: { running: Running; stand: Stand; listing: string };

  private constructor(
    private readonly injection: Injection,
    private readonly setting: Setting,
  ) {
    this.#stand = setting.witness.newStand();
    const { changesTree, isBetween } = injection.fault;
    this.#tree = changesTree || isBetween ? `${setting.scratch}/tree` : setting.tree;
    setting.signal.addEventListener("abort", () => this.#signal("SIGKILL"));
  }

  static async open(injection: Injection, setting: Setting): Promise<Upload> {
    const upload = new Upload(injection, setting);
    const { certificates, room, tree } = setting;
    const observe = (moment: Moment) => upload.#observe(moment);
    upload.#proxy = await FaultProxy.open(room.admin.upstream, certificates, observe);
    if (upload.#tree !== tree) await copy(tree, upload.#tree);
    if (injection.fault.isBetween) await alterTree(upload.#tree);
    upload.#listings.push(await listingOf(tree));
    upload.#world = upload.#newWorld();
    return upload;
  }

  async run(): Promise<Observed> {
    const { injection: { fault }, setting: { room } } = this;
    await fault.prepare?.(this.#world);
    if (fault.isBetween) await this.#whole();
    const started = Date.now();
    this.#client = await this.#start(this.#tree, this.#stand, this.#proxy.port);
    const ended = this.#client.ended.then(() => "ended" as const);
    await Promise.race([this.#struck.promise, ended, after(START_MS)]);
    const injected = this.#strikes > 0;
    if (fault.endsClient && injected) await this.#settled();
    if (injected && !fault.endsClient) await Promise.race([ended, this.#timeIsOver()]);
    const hasEnded = await Promise.race([ended, after(0)]) === "ended";
    const endedMs = Date.now();
    this.#signal("SIGKILL");
    const struck = await this.#client.ended;
    const again = fault.isBetween ? await this.#whole() : undefined;
    const { code, stdout, stderr } = again ?? struck;
    const other = await this.#other?.running.ended;
    const forgotten = GIVEN_UP.includes(code) ? await this.#forgotten(stderr) : [];
    const runs = await this.#settled();
    if (fault.changesTree) this.#listings.push(await listingOf(this.#tree));
    const wrongTree = this.#difference();
    const own = runs.filter(({ name }) => !other?.stderr.includes(` ${name} `));
    return {
      injected,
      error: this.#error,
      state: this.#stand.starts.length > 0 ? "released" : runs.length === 0 ? "no run" : "held",
      whole: wrongTree === undefined ? undefined : wrongTree === "",
      wrongTree,
      code,
      seconds: (endedMs - (this.#struckMs || started)) / 1000,
      hung: !hasEnded && !fault.endsClient && injected,
      run: (own.find(({ name }) => stderr.includes(` ${name} `)) ?? own.at(0))?.state,
      leftOvers: [
        ...forgotten,
        ...await leftOvers(room, fault.isBetween ? own.filter(isGoing) : own),
      ],
      lines: [...stdout.matchAll(/line (\d+)$/gm)].map(([, line]) => Number(line)),
      stderr: other === undefined ? stderr : `${stderr}\nThe other:\n${other.stderr}`,
    };
  }

  /** From the strike on; where the pod has yet to start, from its start on. */
  async #timeIsOver(): Promise<void> {
    const from = () => Math.max(this.#struckMs, this.#execMs ?? this.#struckMs + START_MS);
    while (Date.now() < from() + this.injection.fault.endSeconds * 1000) await after(LOOK_MS);
  }

  /** A whole upload of the tree, by a way that has no fault; what its step sees counts. */
  async #whole(): Promise<Ran> {
    const { tree, room } = this.setting;
    this.#stand.trees.length = 0;
    return await (await this.#start(tree, this.#stand, room.admin.upstream.port)).ended;
  }

  async release(): Promise<void> {
    await this.injection.fault.release?.(this.#world).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#proxy[Symbol.asyncDispose]();
  }

  /** How a tree that a step saw differs from what was sent; "" where none does, undefined where no step looked. */
  #difference(): string | undefined {
    const [own, other] = [this.#stand.trees, this.#other?.stand.trees ?? []];
    if (own.length + other.length === 0) return undefined;
    const wrong = own.find((tree) => !this.#listings.includes(tree));
    if (wrong !== undefined) return difference(wrong, this.#listings[0]);
    const others = other.find((tree) => tree !== this.#other!.listing);
    return others === undefined ? "" : `the other: ${difference(others, this.#other!.listing)}`;
  }

  /** Runs that are held though the client has given up, and of which it has not said so. */
  async #forgotten(stderr: string): Promise<string[]> {
    const isTold = ({ name }: FoundRun) =>
      new RegExp(`\\b${name}\\b.*\\b(may|still)\\b|\\b(may|still)\\b.*\\b${name}\\b`).test(stderr);
    const limit = Date.now() + CANCEL_MS;
    while (true) {
      if (this.#stand.starts.length > 0) return [];
      const going = (await this.setting.room.runs()).filter(isGoing);
      const untold = going.filter((run) => !isTold(run)).map(({ name, state }) =>
        `run ${name} is ${state}, and nobody was told`
      );
      if (untold.length === 0 || Date.now() > limit) return untold;
      await after(LOOK_MS);
    }
  }

  /** The runs once none of them can do anything any more, or the time for that is over. */
  async #settled(): Promise<FoundRun[]> {
    const { room } = this.setting;
    const limit = Date.now() + PAUSE_SECONDS * 1000 + SETTLE_MS;
    while (true) {
      const runs = await room.runs();
      if (!runs.some(isGoing) && (Date.now() > limit || !(await room.pods()).some(isAlive))) {
        return runs;
      }
      if (Date.now() > limit || this.setting.signal.aborted) return runs;
      await after(LOOK_MS);
    }
  }

  async #observe(moment: Moment): Promise<Uint8Array | undefined> {
    const { injection: { fault, phase }, setting: { measures }, seen } = this;
    seen.see(moment);
    if (moment.exchange.kind === "exec") this.#execMs ??= Date.now();
    if (phase.isInterrupted && !this.#isInterrupted && seen.isArchive) {
      this.#isInterrupted = true;
      this.#signal("SIGINT");
    }
    if (this.#strikes < fault.times && phase.isNow(moment, seen, measures, fault.spot)) {
      this.#strikes += 1;
      this.#struckMs ||= Date.now();
      this.#struck.resolve();
      try {
        return await fault.strike(moment, this.#world);
      } catch (error) {
        if (!moment.exchange.link.isClosed) this.#error ??= `the strike failed: ${error}`;
        return moment.data;
      }
    }
    if (this.#strikes > 0) await fault.later?.(moment, this.#world);
    return moment.data;
  }

  #newWorld(): World {
    const { room } = this.setting;
    const over = this.#over.signal;
    return {
      proxy: this.#proxy,
      seen: this.seen,
      room,
      tree: this.#tree,
      workspace: `${room.directory}/${SUB_PATH}`,
      signal: (name) => this.#signal(name),
      startOther: () => this.#startOther(),
      over,
      pause: (ms) => Promise.race([after(ms), aborted(over)]),
    };
  }

  #signal(name: Deno.Signal): void {
    try {
      this.#client?.signal(name);
      if (this.setting.signal.aborted) this.#other?.running.signal(name);
    } catch {
      // it has ended
    }
  }

  async #startOther(): Promise<void> {
    const { room, scratch, seed, witness } = this.setting;
    const tree = `${scratch}/other`;
    await writeTree(tree, seed + 1, this.injection.profile.tree);
    const stand = witness.newStand();
    const port = room.admin.upstream.port;
    const running = await this.#start(tree, stand, port);
    this.#other = { running, stand, listing: await listingOf(tree) };
    await Promise.race([running.said(/^Held at/m), running.ended, after(START_MS)]).catch(() => {});
  }

  async #start(tree: string, stand: Stand, port: number): Promise<Running> {
    const { injection: { profile }, setting: { room, certificates, scratch } } = this;
    const { namespace, admin } = room;
    const isDirect = port === admin.upstream.port;
    const ca = isDirect ? admin.upstream.caCerts[0] : certificates.ca;
    const kubeconfig = `${scratch}/kubeconfig-${port}`;
    await Deno.writeTextFile(kubeconfig, admin.kubeconfig({ port, ca, namespace }));
    const bound = profile.usesClaim ? `claimName=faults,subPath=${SUB_PATH}` : "emptyDir=";
    return startTknDev([
      ...profile.command,
      tree,
      ...["-w", `name=source,${bound}`, "-p", `witness=${stand.url}`],
      ...["--kubeconfig", kubeconfig, "--pause-timeout", `${PAUSE_SECONDS}s`],
      ...["--compress", "never"],
    ]);
  }
}

const SUB_PATH = "tree";

async function leftOvers(room: Room, runs: readonly FoundRun[]): Promise<string[]> {
  const [, ...others] = runs;
  const pods = await room.pods();
  return [
    ...runs.filter(isGoing).map(({ name, state }) => `run ${name} is ${state}`),
    ...others.filter(({ state }) => state === "succeeded" || state === "failed")
      .map(({ name }) => `a second run, ${name}`),
    ...pods.filter(isAlive).map(({ metadata, status }) =>
      `pod ${metadata.name} is ${status.phase}`
    ),
    ...await room.extras(),
  ];
}

function isGoing({ state }: FoundRun): boolean {
  return state === "pending" || state === "running";
}

function isAlive(
  { status, metadata }: { status?: { phase?: string }; metadata: { deletionTimestamp?: string } },
) {
  return (status?.phase === "Running" || status?.phase === "Pending") &&
    metadata.deletionTimestamp === undefined;
}

async function copy(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  if (!success) throw new Error(`cannot copy ${from}`);
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
