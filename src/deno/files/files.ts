/** The real file system, behind the types of host.ts. */
import type { Files } from "../../host.ts";
import { withBytePaths } from "./byte_files.ts";
import { DirectoryReader } from "./directory_reader.ts";
import { readBoundedText } from "./bounded_text.ts";
import { fileError, isAbsent, named, naming } from "./file_error.ts";
import { toStat } from "./file_stat.ts";
import { Pace } from "./pace.ts";

/**
 * @param slowMs how long calls may block before the next ones go through the thread pool, see Pace
 */
export function openFiles(slowMs: number): Files {
  const pace = new Pace(slowMs);
  const directories = new DirectoryReader(pace, (path) => files.lstat(path));
  const files = withBytePaths({
    list: (directory) => directories.list(directory),
    lstatNames: (directory, names) => directories.lstatNames(directory, names),
    lstat(path) {
      return pace.call(
        () => toStat(named(path, () => Deno.lstatSync(path))),
        () => naming(path, async () => toStat(await Deno.lstat(path))),
      );
    },
    async stat(path) {
      try {
        return toStat(await Deno.stat(path));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw fileError(path, error);
      }
    },
    readLink: (path) => naming(path, () => Deno.readLink(path)),
    open: async (path) => (await descriptors()).openFile(pace, path),
    readStart: async (path, buffer) => (await descriptors()).readFileStart(pace, path, buffer),
    writeText: (path, text) => naming(path, () => Deno.writeTextFile(path, text)),
    async createText(path, text) {
      try {
        await Deno.writeTextFile(path, text, { createNew: true });
        return true;
      } catch (error) {
        if (error instanceof Deno.errors.AlreadyExists) return false;
        throw fileError(path, error);
      }
    },
    async readText(path) {
      try {
        return await readBoundedText(path);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw fileError(path, error);
      }
    },
    realPath: (path) => naming(path, async () => withSlashes(await Deno.realPath(path))),
  });
  return files;
}

export const denoFiles: Files = openFiles(1);

let loaded: Promise<typeof import("./descriptor.ts")> | undefined;

function descriptors(): Promise<typeof import("./descriptor.ts")> {
  return loaded ??= import("./descriptor.ts");
}

/** Turns `C:\src` of Windows into `C:/src`: all paths of the program use slashes. */
function withSlashes(path: string): string {
  return Deno.build.os === "windows" ? path.replaceAll("\\", "/") : path;
}
