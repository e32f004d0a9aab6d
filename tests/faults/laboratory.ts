/** Rooms on a cluster in which injections go side by side, and what they share. */
import { type Certificates, makeCertificates } from "../../src/sandbox/api/certificate.ts";
import { Random } from "../support/random.ts";
import type { Admin } from "./admin.ts";
import { inject, type Setting } from "./inject.ts";
import type { Injection, Observed } from "./injection.ts";
import { type Cell, judge } from "./judge.ts";
import { measure } from "./measure.ts";
import type { Profile } from "./profile.ts";
import { Room } from "./room.ts";
import type { Measures } from "./seen.ts";
import { writeTree } from "./tree.ts";
import { Witness } from "./witness.ts";

export interface LaboratoryOptions {
  readonly admin: Admin;
  readonly seed: number;
  /** How many uploads go wrong at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
}

/** Of a profile: what each of its injections takes. */
interface PrepackedArchive {
  readonly tree: string;
  readonly measures: Measures;
}

export class Laboratory implements AsyncDisposable {
  readonly #prepared = new Map<Profile, PrepackedArchive>();
  #count = 0;

  private constructor(
    private readonly options: LaboratoryOptions,
    private readonly directory: string,
    private readonly rooms: readonly Room[],
    private readonly witness: Witness,
    private readonly certificates: Certificates,
  ) {}

  static async open(options: LaboratoryOptions): Promise<Laboratory> {
    const { admin, jobs } = options;
    const directory = await Deno.makeTempDir({ prefix: "tkn-dev-faults-" });
    await Deno.chmod(directory, 0o755);
    await Room.removeOld(admin);
    // What is removed goes when it likes: no name comes twice.
    const prefix = `faults-${crypto.randomUUID().slice(0, 4)}`;
    const names = Array.from({ length: jobs }, (_, at) => `${prefix}-${at + 1}`);
    const rooms = await Promise.all(names.map((name) => Room.open(admin, name, directory)));
    const witness = new Witness(await hostOf(admin));
    return new Laboratory(options, directory, rooms, witness, await makeCertificates());
  }

  /** Calls back after each, in the order in which they end. */
  async run(injections: readonly Injection[], onCell: (cell: Cell) => void): Promise<void> {
    const profiles = [...new Set(injections.map(({ profile }) => profile))];
    await this.#each(profiles, (profile, room) => this.#prepare(profile, room));
    // Mixed, so that those that take long are not all at the end, nor those that load the machine side by side.
    const mixed = shuffled(injections, new Random(this.options.seed));
    await this.#each(mixed, async (injection, room) => {
      const prepared = this.#prepared.get(injection.profile)!;
      const setting = { ...prepared, ...this.#setting(room) };
      const seen = await inject(injection, setting).catch(notInjected);
      if (!this.options.signal.aborted) {
        onCell({ ...injection, seen, problems: judge(injection, seen) });
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const room of this.rooms) await room.close();
    await this.witness[Symbol.asyncDispose]();
    await Deno.remove(this.directory, { recursive: true });
  }

  async #prepare(profile: Profile, room: Room): Promise<void> {
    const tree = `${this.directory}/trees/${profile.name}`;
    await writeTree(tree, this.options.seed, profile.tree);
    const measures = await measure(profile, { tree, ...this.#setting(room) });
    this.#prepared.set(profile, { tree, measures });
  }

  #setting(room: Room): Omit<Setting, "tree" | "measures"> {
    const { seed, signal } = this.options;
    const scratch = `${this.directory}/${this.#count++}`;
    const { witness, certificates } = this;
    return { room, witness, certificates, seed, signal, scratch };
  }

  /** Each in a room of its own, as many at once as there are rooms. */
  async #each<T>(items: readonly T[], work: (item: T, room: Room) => Promise<void>): Promise<void> {
    const left = items.values();
    await Promise.all(this.rooms.map(async (room) => {
      for (const item of left) {
        if (this.options.signal.aborted) return;
        await work(item, room);
      }
    }));
  }
}

/** Where the cluster fails the administrator: one injection is lost, not all. */
function notInjected(error: unknown): Observed {
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

/** Where the cluster's pods reach this machine: at the node's address, for it is the node. */
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
