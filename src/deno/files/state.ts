/**
 * Small private files that the program keeps between calls. They are written atomically, so that a
 * reader finds a whole file, and of two writers the later one wins.
 */
import { type Env, FileError, type State } from "../../host.ts";
import { variableBytes } from "../variable.ts";
import { naming } from "./file_error.ts";
import { statePlace } from "./state_place.ts";

/** The largest file that is read or written, in bytes. */
const LARGEST = 64 * 1024;
/** The number of files; the oldest ones are removed. */
const MOST = 200;
/** A file of a writer that was killed is removed after this time. */
const ABANDONED_MS = 3_600_000;
const NAME = /^[a-z0-9-]+\.json$/;
const TEMPORARY = /^[a-z0-9-]+\.json\.[a-z0-9-]+\.tmp$/;

export function openState(env: Env): State {
  const directory = statePlace(env, Deno.build.os);
  const pathOf = (name: string) => `${directory}/${name}`;
  return {
    directory,
    async read(name) {
      if (directory === undefined) return undefined;
      const path = pathOf(name);
      try {
        const { readOwn } = await import("./own_file.ts");
        return await naming(path, () => soon(() => readOwn(path, LARGEST)));
      } catch (error) {
        const { code = "" } = ((error as FileError).cause ?? {}) as { code?: string };
        if (code === "ENOENT" || code === "ENOTDIR") return undefined;
        throw error;
      }
    },
    async write(name, text) {
      if (directory === undefined) throw new FileError("$HOME", "is not set");
      const bytes = new TextEncoder().encode(text);
      if (bytes.length > LARGEST) throw new FileError(pathOf(name), "it would be too large");
      await naming(directory, () => Deno.mkdir(directory, { recursive: true, mode: 0o700 }));
      await naming(pathOf(name), () => replace(pathOf(name), bytes));
      await removeOldest(directory);
    },
  };
}

export const denoState: State = openState({ get: variableBytes });

/** Replaces even a link of that name, not its target. */
async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.writeFile(temporary, bytes, { createNew: true, mode: 0o600 });
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** Removes files of this program alone. Another process may do the same. */
async function removeOldest(directory: string): Promise<void> {
  try {
    const names = (await Array.fromAsync(Deno.readDir(directory))).filter((one) => one.isFile)
      .map(({ name }) => name);
    const age = async (name: string) => {
      const stat = await Deno.lstat(`${directory}/${name}`).catch(() => undefined);
      return { name, atMs: stat?.mtime?.getTime() ?? 0 };
    };
    const temporary = await Promise.all(names.filter((name) => TEMPORARY.test(name)).map(age));
    const abandoned = temporary.filter(({ atMs }) => Date.now() - atMs > ABANDONED_MS);
    const own = names.filter((name) => NAME.test(name));
    const old = own.length <= MOST
      ? []
      : (await Promise.all(own.map(age))).sort((a, b) => b.atMs - a.atMs).slice(MOST);
    for (const { name } of [...abandoned, ...old]) await Deno.remove(`${directory}/${name}`);
  } catch {
    // The next writer tries again.
  }
}

/** Runs the call at once, and turns its exception into a rejection. */
function soon<T>(call: () => T): Promise<T> {
  return new Promise((resolve) => resolve(call()));
}
