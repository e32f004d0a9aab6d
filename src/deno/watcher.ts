/** Changes of directories, as the system tells of them. */
import { FileError } from "../host.ts";
import { sayableDirectory } from "./byte_files.ts";

/**
 * Not recursive: the system has one watch for each directory all the same, and what is ignored
 * (node_modules) may hold more of them than it gives.
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
        // Deno watches a path once for all its watchers: until the last has ended, a new one joins it, and
        // would not see a directory that took the other's place.
        await ended;
        kept.dispose();
      },
    };
  } catch (error) {
    kept.dispose();
    throw error;
  }
}

/** By names that stand for the directories as long as these are kept. What is not there has none. */
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
    // "access": opened and closed again, which for a write is told after the write itself.
    for await (const { kind } of watcher) if (kind !== "access") changed();
  } catch {
    changed(); // it has lost count: what is looked at anew can't be missed
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** Of inotify: max_user_watches ("OS file watch limit reached") and max_user_instances (error 24). */
function limitError(directories: readonly string[], error: unknown): unknown {
  const { message } = error as Error;
  const state = /watch limit/.test(message)
    ? `the system's limit of watches is reached (it has ${directories.length} directories)`
    : /os error 24/.test(message)
    ? "the system's limit of watchers is reached"
    : undefined;
  return state === undefined ? error : new FileError(directories[0], state, { cause: error });
}
