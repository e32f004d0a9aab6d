/** Watches directories for changes. */
import { FileError } from "../../host.ts";
import { sayableDirectory } from "./byte_files.ts";

/**
 * Watches without recursion: the system needs a watch per directory in any case, and ignored
 * directories (node_modules) may contain more than it offers.
 */
export function watchDirectories(
  directories: readonly string[],
  changed: () => void,
): AsyncDisposable {
  const kept = new DisposableStack();
  try {
    const watcher = open(sayable(directories, kept));
    const ended = tell(watcher, changed);
    return {
      async [Symbol.asyncDispose]() {
        watcher.close();
        // Deno shares one watch per path among its watchers. A new watcher would join the ending
        // one, and miss a directory that replaced the watched one.
        await ended;
        kept.dispose();
      },
    };
  } catch (error) {
    kept.dispose();
    throw error;
  }
}

/**
 * Returns names that stand for the directories while `kept` is kept. Missing directories have none.
 */
function sayable(directories: readonly string[], kept: DisposableStack): string[] {
  return directories.flatMap((directory) => {
    try {
      return [kept.use(sayableDirectory(directory)).name];
    } catch {
      return [];
    }
  });
}

function open(directories: readonly string[]): Deno.FsWatcher {
  try {
    return Deno.watchFs([...directories], { recursive: false });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw limitError(directories, error);
    const there = directories.filter(isDirectory);
    if (there.length === directories.length) throw error;
    return open(there);
  }
}

async function tell(watcher: Deno.FsWatcher, changed: () => void): Promise<void> {
  try {
    // "access" is an open or a close: a write has an event before it.
    for await (const { kind } of watcher) if (kind !== "access") changed();
  } catch {
    changed(); // it has lost events: the caller looks at everything again
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/**
 * Words the limits of inotify: max_user_watches ("OS file watch limit reached") and
 * max_user_instances (error 24).
 */
function limitError(directories: readonly string[], error: unknown): unknown {
  const { message } = error as Error;
  const state = /watch limit/.test(message)
    ? `the system's limit of watches is reached (it has ${directories.length} directories)`
    : /os error 24/.test(message)
    ? "the system's limit of watchers is reached"
    : undefined;
  return state === undefined ? error : new FileError(directories[0], state, { cause: error });
}
