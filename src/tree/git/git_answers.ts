/** Answers that only git can give about a repository: its configuration and its tracked files. */
import type { Host } from "../../host.ts";
import { gitIn } from "./run_git.ts";

export interface GitAnswers {
  /** core.excludesFile: absolute, or relative to the repository's root; "" if not set. */
  readonly excludesFile: string;
  /** core.ignoreCase: git sets it if the file system ignores case. */
  readonly ignoresCase: boolean;
  /** The tracked files that are ignored, for TrackedPaths; relative to the queried directory. */
  readonly tracked: string;
  /** All tracked files, for GitIndex. */
  readonly index: string;
  /** core.fileMode: whether the executable bits of the file system are reliable. */
  readonly trustsModes: boolean;
  /** core.symlinks: if false, a link is checked out as a file that contains its target. */
  readonly hasLinks: boolean;
  /** core.autocrlf and core.eol. */
  readonly autocrlf: "true" | "input" | "false";
  readonly eol: "lf" | "crlf" | "native";
}

/**
 * Asks git about the repository that contains `directory`. Returns a text if git does not answer.
 */
export type AskGit = (directory: string) => Promise<GitAnswers | string>;

const SETTINGS = "^core\\.(autocrlf|eol|excludesfile|filemode|ignorecase|symlinks)$";
const TRUE = /^(true|yes|on|[1-9]\d*)$/i;

export function gitAsker({ capture, env }: Pick<Host, "capture" | "env">): AskGit {
  return async (directory) => {
    // A nested repository may come from anywhere: git must not run its fsmonitor program.
    const run = gitIn(capture, directory);
    const git = (...args: string[]) => run("-c", "core.fsmonitor=false", ...args);
    const [config, tracked, index] = await Promise.all([
      git("config", "-z", "--type=path", "--get-regexp", SETTINGS),
      git("ls-files", "-z", "--stage", "--cached", "--ignored", "--exclude-standard"),
      git("ls-files", "-z", "-t", "--stage"),
    ]);
    if (tracked !== undefined) {
      const set = settings(config ?? "");
      return {
        excludesFile: set.get("core.excludesfile") ?? defaultExcludes(env),
        ignoresCase: TRUE.test(set.get("core.ignorecase") ?? ""),
        tracked,
        index: index ?? "",
        trustsModes: TRUE.test(set.get("core.filemode") ?? "true"),
        hasLinks: TRUE.test(set.get("core.symlinks") ?? "true"),
        ...endings(set),
      };
    }
    const isInstalled = await git("--version") !== undefined;
    return isInstalled
      ? `git cannot read the repository (git -C '${directory}' status says why)`
      : "git is not installed";
  };
}

/** Parses "core.ignorecase\ntrue\0"; the last value of a key wins. */
function settings(listed: string): ReadonlyMap<string, string> {
  return new Map(
    listed.split("\0").slice(0, -1).map((setting) => {
      const end = setting.indexOf("\n");
      return [setting.slice(0, end), setting.slice(end + 1)];
    }),
  );
}

function endings(set: ReadonlyMap<string, string>): Pick<GitAnswers, "autocrlf" | "eol"> {
  const autocrlf = set.get("core.autocrlf")?.toLowerCase() ?? "";
  const eol = set.get("core.eol")?.toLowerCase();
  return {
    autocrlf: autocrlf === "input" ? "input" : TRUE.test(autocrlf) ? "true" : "false",
    eol: eol === "lf" || eol === "crlf" ? eol : "native",
  };
}

/** https://git-scm.com/docs/gitignore: an empty XDG_CONFIG_HOME counts as unset. */
function defaultExcludes(env: Host["env"]): string {
  const home = env.get("HOME");
  const config = env.get("XDG_CONFIG_HOME") || (home ? `${home}/.config` : "");
  return config === "" ? "" : `${config}/git/ignore`;
}
