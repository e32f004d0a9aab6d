/** The directory of a watched step: its tree now, and what changed since the last turn. */
import type { ExpectedError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { SendFlags } from "../options/send_flags.ts";
import { openSource, type Source } from "../source/source.ts";
import { Changes } from "../watch/changes.ts";

/** A turn begins after this silence: another save ends it soon. */
const QUIET_MS = 100;

export class Saves {
  readonly #changed = new Set<string>();

  private constructor(
    private readonly host: Host,
    private readonly flags: SendFlags,
    /** The tree as the last walk found it. */
    public source: Source,
  ) {}

  /** `sent` is the directory as the run's upload has sent it. Throws as openSource. */
  static async open(host: Host, flags: SendFlags, sent?: Source): Promise<Saves> {
    return new Saves(host, flags, await openSource(host, flags, sent));
  }

  /** Calls `onSave` after each change, until the signal aborts. Throws what no save can fix. */
  async watch(
    { print, onSave, signal }: {
      print: (error: ExpectedError) => void;
      onSave: () => void;
      signal: AbortSignal;
    },
  ): Promise<void> {
    const interrupt = AbortSignal.any([this.host.interrupt, signal]);
    try {
      await using changes = new Changes({ ...this.host, interrupt }, this.flags, print, QUIET_MS);
      await changes.begin(this.source);
      while (true) {
        const { source, paths } = await changes.since(this.source);
        this.source = source;
        for (const path of paths) this.#changed.add(path);
        onSave();
      }
    } catch (error) {
      if (!interrupt.aborted) throw error;
    }
  }

  /** Returns the paths that changed since the last call. */
  takeChanged(): string[] {
    const paths = [...this.#changed].sort();
    this.#changed.clear();
    return paths;
  }
}
