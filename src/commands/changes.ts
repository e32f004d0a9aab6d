/** Waits for the directory to change: the system says that it may have, walking it anew tells. */
import { ExpectedError, UsageError } from "../errors.ts";
import { FileError, type Host } from "../host.ts";
import { changedPaths } from "../tree/changes.ts";
import { renderError } from "../view/error.ts";
import { useColor } from "./narrate.ts";
import { openSource, type Source } from "./source.ts";
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
  /** All that are not ignored, absolute. */
  #directories: readonly string[] = [];
  #watcher?: AsyncDisposable;
  #isNoticed = false;
  #noticed = Promise.withResolvers<void>();
  readonly #over = new AbortController();
  /** Ends all waiting. */
  readonly #signal: AbortSignal;

  constructor(private readonly host: Host, private readonly flags: UploadFlags) {
    this.#signal = AbortSignal.any([host.interrupt, this.#over.signal]);
  }

  /** Begins to watch the directory. Throws UsageError where the system can't. */
  async begin(source: Source): Promise<void> {
    await this.#watch(await directoriesOf(source));
  }

  /** Waits until the directory, once it is quiet, is not as it was. Rejects at a Ctrl-C. */
  async since(source: Source): Promise<Change> {
    // What came before it was watched made no event.
    let change = await this.#look(source);
    while (true) {
      if (change === undefined) await this.#notice();
      await this.#quiet();
      change = await this.#look(source);
      if (change !== undefined) return change;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new DOMException("nothing is watched any more", "AbortError"));
    await this.#watcher?.[Symbol.asyncDispose]();
  }

  async #look(before: Source): Promise<Change | undefined> {
    this.#isNoticed = false;
    // Anew, for a directory may have taken another's place.
    await this.#watch(this.#directories);
    try {
      const source = await this.#walk();
      const paths = changedPaths(await before.entries, await source.entries);
      return paths.length === 0 ? undefined : { source, paths };
    } catch (error) {
      if (!(error instanceof ExpectedError) || await this.#isBlind(before.root)) throw error;
      if (!this.#isNoticed) this.#tell(error); // else it was caught in the middle of a change
      return undefined;
    }
  }

  /** Whatever comes after the walk is noticed, in directories that are new as well. */
  async #walk(): Promise<Source> {
    while (true) {
      const source = await openSource(this.host, this.flags);
      const directories = await directoriesOf(source);
      const watched = new Set(this.#directories);
      const isWatched = directories.every((directory) => watched.has(directory));
      if (isWatched) {
        this.#directories = directories;
        return source;
      }
      await this.#watch(directories);
    }
  }

  async #watch(directories: readonly string[]): Promise<void> {
    await this.#watcher?.[Symbol.asyncDispose]();
    this.#watcher = undefined;
    this.#directories = directories;
    this.#signal.throwIfAborted();
    try {
      this.#watcher = this.host.watch(directories, () => {
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

  async #quiet(): Promise<void> {
    const { clock } = this.host;
    const endMs = clock.now() + LONGEST_MS;
    do {
      this.#isNoticed = false;
      await clock.delay(QUIET_MS, this.#signal);
    } while (this.#isNoticed && clock.now() < endMs);
  }

  /** Whether no change would be noticed any more. */
  async #isBlind(root: string): Promise<boolean> {
    return this.#watcher === undefined || await this.host.files.stat(root) === undefined;
  }

  #tell(error: ExpectedError): void {
    const { terminal } = this.host;
    const color = terminal.isTerminal.stderr && useColor(this.host, this.flags.color);
    terminal.err(renderError(error, color));
  }
}

async function directoriesOf({ root, entries }: Source): Promise<string[]> {
  const inside = (await entries).filter(({ kind }) => kind === "directory");
  return [root, ...inside.map(({ path }) => `${root === "/" ? "" : root}/${path}`)];
}
