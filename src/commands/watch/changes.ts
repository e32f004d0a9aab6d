/** Waits for the directory to change: the system reports a possible change, a new walk finds it. */
import { ExpectedError, UsageError } from "../../errors.ts";
import { FileError, type Host } from "../../host.ts";
import { changedPaths, touchedFiles } from "../../tree/changed_paths.ts";
import type { Entry } from "../../tree/walk.ts";
import { openSource, type Source } from "../source/source.ts";
import type { SendFlags } from "../options/send_flags.ts";

/** A burst of changes (an editor and a formatter, a checkout) ends after this silence, */
const QUIET_MS = 200;
/** or after this long, as some program may write all the time. */
const LONGEST_MS = 3_000;

export interface Change {
  /** The directory as it is now. */
  readonly source: Source;
  /** The changed paths, at least one. */
  readonly paths: readonly string[];
}

export class Changes implements AsyncDisposable {
  /** The directories that the last walk found, absolute. */
  #directories: readonly string[] = [];
  #watched: ReadonlySet<string> = new Set();
  #watcher?: AsyncDisposable;
  #isNoticed = false;
  #noticed = Promise.withResolvers<void>();
  /** The message of the last error that was printed. */
  #printed?: string;
  readonly #over = new AbortController();
  /** Ends every wait. */
  readonly #signal: AbortSignal;

  /** `print` prints an error that a further change may fix. */
  constructor(
    private readonly host: Host,
    private readonly flags: SendFlags,
    private readonly print: (error: ExpectedError) => void,
    private readonly quietMs = QUIET_MS,
  ) {
    this.#signal = AbortSignal.any([host.interrupt, this.#over.signal]);
  }

  /** Starts watching. Throws UsageError if the system cannot. */
  async begin(source: Source): Promise<void> {
    this.#directories = await directoriesOf(source);
    await this.#watch();
  }

  /** Waits until the directory is quiet and differs from `source`. Rejects at Ctrl-C. */
  async since(source: Source): Promise<Change> {
    const { clock } = this.host;
    while (true) {
      // Watches again, as another directory may have taken the place of a watched one; earlier
      // changes in it made no event.
      await this.#watch();
      if (await this.#compare(source) === undefined) await this.#notice();
      const endMs = clock.now() + LONGEST_MS;
      let change: Change | undefined;
      do {
        await this.#quiet(endMs);
        change = await this.#compare(source);
      } while (await this.#watchNew() && clock.now() < endMs);
      if (change !== undefined) return change;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new DOMException("nothing is watched any more", "AbortError"));
    await this.#watcher?.[Symbol.asyncDispose]();
  }

  /** Walks the directory. Prints an error that a further change may fix. */
  async #compare(before: Source): Promise<Change | undefined> {
    this.#isNoticed = false;
    try {
      const source = await openSource(this.host, this.flags, before);
      const paths = await pathsOfChanges(before, source);
      this.#directories = await directoriesOf(source);
      this.#printed = undefined;
      return paths.length === 0 ? undefined : { source, paths };
    } catch (error) {
      const isGone = await this.host.files.stat(before.root) === undefined;
      if (!(error instanceof ExpectedError) || isGone) throw error;
      this.#print(error);
      return undefined;
    }
  }

  /** Watches directories that the burst created, where it may continue; returns whether it did. */
  async #watchNew(): Promise<boolean> {
    if (this.#directories.every((directory) => this.#watched.has(directory))) return false;
    await this.#watch();
    return true;
  }

  async #watch(): Promise<void> {
    await this.#watcher?.[Symbol.asyncDispose]();
    this.#watcher = undefined;
    this.#signal.throwIfAborted();
    this.#watched = new Set(this.#directories);
    try {
      this.#watcher = this.host.watch(this.#directories, () => {
        this.#isNoticed = true;
        this.#noticed.resolve();
      });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new UsageError(`Cannot watch "${this.flags.directory}": ${error.state}`, {
        hint: "raise fs.inotify.max_user_watches or max_user_instances by sysctl, or --ignore more",
        cause: error,
      });
    }
  }

  /** Resolves once the system reports a change after the last walk. */
  async #notice(): Promise<void> {
    if (this.#isNoticed) return;
    this.#noticed = Promise.withResolvers();
    const stop = () => this.#noticed.reject(this.#signal.reason);
    if (this.#signal.aborted) stop();
    this.#signal.addEventListener("abort", stop);
    await this.#noticed.promise.finally(() => this.#signal.removeEventListener("abort", stop));
  }

  async #quiet(endMs: number): Promise<void> {
    const { clock } = this.host;
    do {
      this.#isNoticed = false;
      await clock.delay(this.quietMs, this.#signal);
    } while (this.#isNoticed && clock.now() < endMs);
  }

  #print(error: ExpectedError): void {
    // A change during the walk may have caused the error.
    if (this.#isNoticed || this.#printed === error.message) return;
    this.#printed = error.message;
    this.print(error);
  }
}

/**
 * Returns the paths that changed, without files whose content is as it was sent, also if they have
 * another mtime: after `touch`, a formatter, or a checkout of another branch and back.
 */
async function pathsOfChanges(before: Source, now: Source): Promise<string[]> {
  const [earlier, entries] = [await before.entries, await now.entries];
  const same = new Set<string>();
  for (const entry of touchedFiles(earlier, entries)) {
    const known = before.digests.known(entry.path);
    if (known !== undefined && known === await now.digests.of(entry)) same.add(entry.path);
  }
  const others = (all: readonly Entry[]) => all.filter(({ path }) => !same.has(path));
  return changedPaths(others(earlier), others(entries));
}

async function directoriesOf({ root, entries }: Source): Promise<string[]> {
  const inside = (await entries).filter(({ kind }) => kind === "directory");
  return [root, ...inside.map(({ path }) => `${root === "/" ? "" : root}/${path}`)];
}
