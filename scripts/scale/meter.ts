/**
 * Processor seconds and memory of the cluster's processes, the runs' pods and tkn-dev, from /proc.
 */
import { family, parseStat, type ProcessStat, TICKS_PER_SECOND } from "./stat.ts";

/** By the pid file in the test cluster's directory. */
const PARTS = {
  "apiserver": "kube-apiserver",
  "kubelet": "kubelet",
  "containerd": "containerd",
  "etcd": "etcd",
  "controller": "Tekton's controller",
  "webhook": "Tekton's webhook",
  "controller-manager": "controller-manager, scheduler",
  "scheduler": "controller-manager, scheduler",
} as const;

export const GROUPS = [
  "kube-apiserver",
  "kubelet",
  "containerd",
  "containerd-shim",
  "the pod's programs",
  "etcd",
  "Tekton's controller",
  "Tekton's webhook",
  "controller-manager, scheduler",
  "tkn-dev",
] as const;
export type Group = typeof GROUPS[number];

export type Seconds = Record<Group, number>;

/** At one moment. */
export interface Reading {
  readonly atMs: number;
  /** Since the start of the processes. */
  readonly seconds: Seconds;
}

/** Processes in a pod that are not its steps. They share most of the steps' memory. */
const FRAME = /^(runc|entrypoint|pause)/;

export class Meter implements Disposable {
  /** The last known use of each process, or of a pod's shim with all its descendants. */
  readonly #used = new Map<string, { readonly group: Group; readonly seconds: number }>();
  readonly #peaks = new Map<string, { readonly group: Group; readonly bytes: number }>();
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(private readonly parts: ReadonlyMap<number, Group>) {}

  /** Throws if the directory has no pids of a cluster. */
  static async open(directory: string): Promise<Meter> {
    const parts = new Map<number, Group>();
    for (const [file, group] of Object.entries(PARTS)) {
      const text = await Deno.readTextFile(`${directory}/${file}.pid`).catch(() => {
        throw new Error(`Cannot measure "${directory}": no ${file}.pid there, as cluster:up makes`);
      });
      parts.set(Number(text), group);
    }
    return new Meter(parts);
  }

  /** Reads at that interval, so that little is lost of processes that end. */
  watch(ms: number): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.read(), ms);
  }

  read(): Reading {
    const all = processes();
    for (const one of all) {
      const group = this.parts.get(one.pid);
      if (group !== undefined) this.#note(group, one, one.ownTicks + one.reapedTicks);
      else if (one.name.startsWith("containerd-shim") && one.parent === 1) this.#noteShim(one, all);
      else if (one.parent === Deno.pid && one.name !== "kubectl") {
        this.#note("tkn-dev", one, one.ownTicks + one.reapedTicks);
      }
    }
    const seconds = noSeconds();
    for (const used of this.#used.values()) seconds[used.group] += used.seconds;
    return { atMs: performance.now(), seconds };
  }

  /** Resets the peaks. */
  async forgetPeaks(): Promise<void> {
    this.#peaks.clear();
    for (const pid of this.parts.keys()) await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5");
  }

  /** Returns the peak memory of a process of the group in bytes, or 0 if there was no process. */
  peak(group: Group): number {
    const bytes = [...this.#peaks.values()].filter((one) => one.group === group);
    return Math.max(0, ...bytes.map((one) => one.bytes));
  }

  [Symbol.dispose]() {
    clearInterval(this.#timer);
  }

  /**
   * Includes the time of ended children, which the kernel adds to the process that waited for them.
   */
  #noteShim(shim: ProcessStat, all: readonly ProcessStat[]): void {
    const [, ...below] = family(shim, all);
    const ticks = below.map(({ ownTicks, reapedTicks }) => ownTicks + reapedTicks);
    const total = ticks.reduce((a, b) => a + b, shim.reapedTicks);
    this.#note("containerd-shim", shim, shim.ownTicks);
    for (const one of below) if (!FRAME.test(one.name)) this.#notePeak("the pod's programs", one);
    this.#used.set(`${key(shim)} below`, {
      group: "the pod's programs",
      seconds: total / TICKS_PER_SECOND,
    });
  }

  #note(group: Group, stat: ProcessStat, ticks: number): void {
    this.#used.set(key(stat), { group, seconds: ticks / TICKS_PER_SECOND });
    this.#notePeak(group, stat);
  }

  #notePeak(group: Group, stat: ProcessStat): void {
    const bytes = memoryOf(stat.pid, "VmHWM");
    if (bytes !== undefined) this.#peaks.set(key(stat), { group, bytes });
  }
}

export function noSeconds(): Seconds {
  return Object.fromEntries(GROUPS.map((group) => [group, 0])) as Seconds;
}

function key({ pid, startTicks }: ProcessStat): string {
  return `${pid} ${startTicks}`;
}

function processes(): ProcessStat[] {
  const found: ProcessStat[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = parseStat(readProc(`${name}/stat`));
    if (stat !== undefined) found.push(stat);
  }
  return found;
}

function memoryOf(pid: number, key: string): number | undefined {
  const kibibytes = new RegExp(`^${key}:\\s*(\\d+) kB`, "m").exec(readProc(`${pid}/status`))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** Empty if the process has ended. */
function readProc(path: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${path}`);
  } catch {
    return "";
  }
}
