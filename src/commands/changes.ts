/** Waits for the directory to change: the system says that it may have, walking it anew tells. */
import { ExpectedError, UsageError } from "../errors.ts";
import { FileError, type Host } from "../host.ts";
import { changedPaths } from "../tree/changed_paths.ts";
import { openSource, type Source } from "./source.ts";
import { tellError } from "./tell_error.ts";
import type { UploadFlags } from "./upload_options.ts";

/** A burst is over (a formatter after the editor, a checkout) when nothing came for so long, */
const QUIET_MS = 200;
/** or when it goes on for too long: something writes all the time. */
const LONGEST_MS = 3_000;

export interface Change {
  /** The directory as it is now. */
  readonly source: Source;
  /** What is not as it was: one at least. */
  readonly paths: readonly string[];
}

export class Changes implements AsyncDisposable {
  /** All that are not ignored, absolute; as of the last walk. */
  #directories: readonly string[] = [];
  #watched: ReadonlySet<string> = new Set();
  #watcher?: AsyncDisposable;
  #isNoticed = false;
  #noticed = Promise.withResolvers<void>();
  /** Why it can't be walked, as that was told last. */
  #told?: string;
  readonly #over = new AbortController();
  /** Ends all waiting. */
  readonly #signal: AbortSignal;

  constructor(private readonly host: Host, private readonly flags: UploadFlags) {
    this.#signal = AbortSignal.any([host.interrupt, this.#over.signal]);
  }

  /** Begins to watch the directory. Throws UsageError where the system can't. */
  async begin(source: Source): Promise<void> {
    this.#directories = await directoriesOf(source);
    await this.#watch();
  }

  /** Waits until the directory, once it is quiet, is not as it was. Rejects at a Ctrl-C. */
  async since(source: Source): Promise<Change> {
    const { clock } = this.host;
    while (true) {
      // Anew, for a directory may have taken another's place; what came before it made no event.
      await this.#watch();
      if (await this.#look(source) === undefined) await this.#notice();
      const endMs = clock.now() + LONGEST_MS;
      let change: Change | undefined;
      do {
        await this.#quiet(endMs);
        change = await this.#look(source);
      } while (await this.#watchNew() && clock.now() < endMs);
      if (change !== undefined) return change;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new DOMException("nothing is watched any more", "AbortError"));
    await this.#watcher?.[Symbol.asyncDispose]();
  }

  async #look(before: Source): Promise<Change | undefined> {
    this.#isNoticed = false;
    try {
      const source = await openSource(this.host, this.flags);
      const paths = changedPaths(await before.entries, await source.entries);
      this.#directories = await directoriesOf(source);
      this.#told = undefined;
      return paths.length === 0 ? undefined : { source, paths };
    } catch (error) {
      const isGone = await this.host.files.stat(before.root) === undefined;
      if (!(error instanceof ExpectedError) || isGone) throw error;
      this.#tell(error);
      return undefined;
    }
  }

  /** A burst may go on in directories that came with it: whether there were such. */
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

  /** Resolves once something was noticed since the last look. */
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
      await clock.delay(QUIET_MS, this.#signal);
    } while (this.#isNoticed && clock.now() < endMs);
  }

  #tell(error: ExpectedError): void {
    // Where something was noticed meanwhile, it was caught in the middle of a change.
    if (this.#isNoticed || this.#told === error.message) return;
    this.#told = error.message;
    tellError(this.host, error, this.flags.color);
  }
}

async function directoriesOf({ root, entries }: Source): Promise<string[]> {
  const inside = (await entries).filter(({ kind }) => kind === "directory");
  return [root, ...inside.map(({ path }) => `${root === "/" ? "" : root}/${path}`)];
}
