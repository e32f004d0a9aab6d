/** Has one upload go wrong, and looks at what becomes of it. */
import type { Certificates } from "../../src/sandbox/api/certificate.ts";
import type { Ran, Running } from "../support/program.ts";
import { forgotten, isGoing, leftOvers, settled } from "./aftermath.ts";
import { cleanUp, startUpload, SUB_PATH } from "./client.ts";
import type { Injection, Observed } from "./injection.ts";
import { FaultProxy } from "./proxy/fault_proxy.ts";
import type { FoundRun, Room } from "./room.ts";
import type { Measures } from "./seen.ts";
import { Striker } from "./striker.ts";
import { aborted, after, LONGEST_RUN_MS, LOOK_MS, ORPHAN_MS, START_MS } from "./times.ts";
import { alterTree, difference, listingOf, writeTree } from "./tree.ts";
import type { Stand, Witness } from "./witness.ts";
import type { World } from "./world.ts";

/** The exit codes of a client that has given up on its run. */
const GIVEN_UP = [3, 4, 130];

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
  await using trial = await Trial.open(injection, setting);
  try {
    return await trial.run();
  } finally {
    await trial.release();
    await room.clear();
    await Deno.remove(scratch, { recursive: true });
  }
}

class Trial implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #striker: Striker;
  readonly #stand: Stand;
  readonly #tree: string;
  /** Of the trees that may arrive. */
  readonly #listings: string[] = [];
  #proxy!: FaultProxy;
  #world!: World;
  #client?: Running;
  /** Of another tree, beside or between those of ours. */
  #other?: { running: Running; stand: Stand; listing: string };

  private constructor(
    private readonly injection: Injection,
    private readonly setting: Setting,
  ) {
    const { changesTree, isBetween } = injection.fault;
    this.#striker = new Striker(injection, setting.measures);
    this.#stand = setting.witness.newStand();
    this.#tree = changesTree || isBetween ? `${setting.scratch}/tree` : setting.tree;
    setting.signal.addEventListener("abort", () => this.#signal("SIGKILL"));
  }

  static async open(injection: Injection, setting: Setting): Promise<Trial> {
    const trial = new Trial(injection, setting);
    const { certificates, room, tree } = setting;
    trial.#proxy = await FaultProxy.open(
      room.admin.upstream,
      certificates,
      (moment) => trial.#striker.observe(moment, trial.#world),
    );
    if (trial.#tree !== tree) await copy(tree, trial.#tree);
    if (injection.fault.isBetween) await alterTree(trial.#tree);
    trial.#listings.push(await listingOf(tree));
    trial.#world = trial.#newWorld();
    return trial;
  }

  async run(): Promise<Observed> {
    const { injection: { fault }, setting: { room, signal } } = this;
    await fault.prepare?.(this.#world);
    if (fault.isBetween) await this.#whole();
    const startedMs = Date.now();
    const { ran, hung, endedMs } = await this.#struckUpload();
    const judged = fault.isBetween ? await this.#whole() : ran;
    const other = await this.#other?.running.ended;
    const { code, stderr } = judged;
    const isReleased = () => this.#stand.starts.length > 0;
    const untold = GIVEN_UP.includes(code) ? await forgotten(room, { stderr, isReleased }) : [];
    const runs = await settled(room, signal);
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
      leftOvers: [...untold, ...left.still],
      cleaned: left.cleaned,
      saysNoLog: /following the run without it|did not give the end of the logs of/.test(stderr),
      lines: [...judged.stdout.matchAll(/line (\d+)$/gm)].map(([, line]) => Number(line)),
      stderr: other === undefined ? stderr : `${stderr}\nThe other:\n${other.stderr}`,
    };
  }

  /** What is left over when `tkn-dev cleanup` has been there, and how much it has removed. */
  async #left(runs: readonly FoundRun[]): Promise<{ still: string[]; cleaned: number }> {
    const { injection: { fault }, setting: { room, scratch, signal } } = this;
    const ours = fault.isBetween ? runs.slice(1) : runs;
    const before = await leftOvers(room, ours);
    if (before.length === 0 || signal.aborted) return { still: before, cleaned: 0 };
    if (before.some((one) => one.startsWith("pod "))) await after(ORPHAN_MS);
    await room.expire();
    await cleanUp({ room, scratch });
    await after(LOOK_MS);
    const still = await leftOvers(room, ours);
    return { still, cleaned: before.length - still.length };
  }

  async release(): Promise<void> {
    await this.injection.fault.release?.(this.#world).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#proxy[Symbol.asyncDispose]();
  }

  /** The upload that goes wrong, to its end or to the end of the time that it has. */
  async #struckUpload(): Promise<{ ran: Ran; hung: boolean; endedMs: number }> {
    const { injection: { fault }, setting } = this;
    const way = { port: this.#proxy.port, ca: setting.certificates.ca };
    const stand = fault.isBetween ? setting.witness.newStand() : this.#stand;
    const running = await this.#start(this.#tree, stand, way);
    this.#client = running;
    if (fault.isBetween) this.#other = { running, stand, listing: await listingOf(this.#tree) };
    let isOver = false;
    const ended = running.ended.then(() => isOver = true);
    await Promise.race([this.#striker.struck.promise, ended, after(START_MS)]);
    const isStruck = this.#striker.struckMs !== undefined;
    if (isStruck && fault.endsClient) await settled(setting.room, setting.signal);
    else if (isStruck) await Promise.race([ended, this.#timeIsOver()]);
    const hung = isStruck && !isOver && !fault.endsClient;
    const endedMs = Date.now();
    this.#signal("SIGKILL");
    return { ran: await running.ended, hung, endedMs };
  }

  /** From the strike on; a client that follows a run has as long as the run, but not for ever. */
  async #timeIsOver(): Promise<void> {
    const { injection: { fault }, setting: { room } } = this;
    const { struckMs = 0 } = this.#striker;
    const limitMs = fault.endSeconds * 1000;
    const isGiven = () => !fault.isPrompt && Date.now() < struckMs + LONGEST_RUN_MS;
    let goingMs = struckMs;
    while (Date.now() < goingMs + limitMs) {
      await after(LOOK_MS);
      const isLate = Date.now() > struckMs + limitMs / 2;
      if (isLate && isGiven() && (await room.runs()).some(isGoing)) goingMs = Date.now();
    }
  }

  /** A whole upload of the tree, by a way that has no fault: what its step sees counts. */
  async #whole(): Promise<Ran> {
    return await (await this.#start(this.setting.tree, this.#stand)).ended;
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

  #newWorld(): World {
    const { room } = this.setting;
    const over = this.#over.signal;
    return {
      proxy: this.#proxy,
      seen: this.#striker.seen,
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
    const stand = witness.newStand();
    const running = await this.#start(tree, stand);
    this.#other = { running, stand, listing: await listingOf(tree) };
    await Promise.race([running.said(/^Held at/m), after(START_MS)]).catch(() => {});
  }

  #start(tree: string, stand: Stand, way?: { port: number; ca: string }): Promise<Running> {
    const { injection: { profile }, setting: { room, scratch } } = this;
    return startUpload({ profile, room, tree, witness: stand.url, scratch, way });
  }
}

/** Whether the run is one that this client has created. */
function isOf(ran: Ran | undefined, run: string): boolean {
  return ran !== undefined && new RegExp(`^Created \\S+ ${run} in `, "m").test(ran.stderr);
}

async function copy(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  if (!success) throw new Error(`cannot copy ${from}`);
}
