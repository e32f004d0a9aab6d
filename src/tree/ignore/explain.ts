/** Explains for --explain which rule keeps or drops a path. */
import { UsageError } from "../../errors.ts";
import { FileError, type Files, type FileStat } from "../../host.ts";
import type { Decision, Ignore } from "./ignore.ts";
import { showRule } from "./rule_set.ts";
import { join } from "../paths.ts";
import { cannotRead, isMissing } from "../read_errors.ts";

/**
 * Returns the path relative to `root`, and a reason such as "dropped by .gitignore:3: *.log".
 * Throws UsageError if the tree has no such path.
 *
 * @param path relative to `root`, or absolute
 */
export async function explain(
  files: Files,
  root: string,
  { path, rules }: { path: string; rules: Ignore },
): Promise<{ path: string; why: string }> {
  const parts = partsInside(root, path);
  let current = rules;
  let at = "";
  try {
    for (const part of parts) {
      current = await current.enter(at, await files.list(join(root, at)));
      at = join(at, part);
      const { kind } = await files.lstat(`${root}/${at}`);
      const isLast = at === parts.join("/");
      const found = current.decide(at, kind === "directory");
      if (isLast) return { path: at, why: why(found, kind) };
      if (!found.keeps) {
        await files.lstat(`${root}/${parts.join("/")}`);
        return { path: parts.join("/"), why: whyBelow(found, at) };
      }
      if (kind === "symlink") {
        return {
          path: parts.join("/"),
          why: `dropped: ${at} is a link, and links are not followed`,
        };
      }
    }
    return { path: ".", why: "kept: it is the uploaded directory" };
  } catch (error) {
    if (isAbsent(error)) throw cannotExplain(path, "no such file or directory");
    throw cannotRead(root, error);
  }
}

function isAbsent(error: unknown): boolean {
  return isMissing(error) || error instanceof FileError && error.state === "not a directory";
}

function partsInside(root: string, path: string): string[] {
  const parts: string[] = [];
  const isAbsolute = path.startsWith("/");
  if (isAbsolute && path !== root && !path.startsWith(`${root}/`)) {
    throw cannotExplain(path, `it is not in ${root}`);
  }
  for (const part of (isAbsolute ? path.slice(root.length) : path).split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) throw cannotExplain(path, `it is not in ${root}`);
  }
  return parts;
}

function cannotExplain(path: string, state: string): UsageError {
  return new UsageError(`Cannot explain "${path}": ${state}`, {
    hint: "Name a path relative to the uploaded directory; --list shows the paths that are sent",
  });
}

function why(found: Decision, kind: FileStat["kind"]): string {
  if (found.keeps && kind === "other") return "dropped: it is a socket, a FIFO or a device";
  if (found.isGit) return found.keeps ? "kept by --with-git" : whyNoGit(found);
  const rule = found.rule && showRule(found.rule);
  if (rule === undefined) return "kept: no rule matches";
  if (found.isTracked) {
    const what = kind === "directory" ? "git tracks something in it" : "git tracks it";
    const how = found.directory === undefined ? "" : ` its directory ${shown(found.directory)}`;
    return `kept: ${what}, though ${rule} matches${how}`;
  }
  if (found.directory !== undefined) return whyBelow(found, found.directory);
  return `${found.keeps ? "kept" : "dropped"} by ${rule}`;
}

/** Returns the reason for a path in a directory that is not sent. */
function whyBelow(found: Decision, directory: string): string {
  if (found.isGit) return whyNoGit(found);
  return `dropped: its directory ${shown(directory)} is dropped by ${showRule(found.rule!)}`;
}

function whyNoGit({ isLock }: Decision): string {
  if (isLock) return "dropped: it is the lock of a running git";
  return "dropped: .git is sent only with --with-git, and only if it works in the step";
}

function shown(directory: string): string {
  return directory === "" ? "." : directory;
}
