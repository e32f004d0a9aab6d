/** What only git itself can tell of a repository's rules: its configuration, and what it tracks. */
import type { Host } from "../../host.ts";
import { gitIn } from "./run_git.ts";

export interface GitAnswers {
  /** core.excludesFile: absolute, else relative to the repository's root; "" where there is none. */
  readonly excludesFile: string;
  /** core.ignoreCase: git sets it where the file system does not tell case apart. */
  readonly ignoresCase: boolean;
  /** What is tracked though ignored, for Tracked: relative to the directory that was asked about. */
  readonly tracked: string;
  /** All that is tracked, for GitIndex. */
  readonly index: string;
  /** core.fileMode: whether the file system tells what is executable. */
  readonly trustsModes: boolean;
  /** core.symlinks: where it is not set, a link is checked out as a file that has its target. */
  readonly hasLinks: boolean;
  /** core.autocrlf and core.eol. */
  readonly autocrlf: "true" | "input" | "false";
  readonly eol: "lf" | "crlf" | "native";
}

/** Of the repository that `directory` is in; a text says why git does not answer. */
export type AskGit = (directory: string) => Promise<GitAnswers | string>;

const SETTINGS = "^core\\.(autocrlf|eol|excludesfile|filemode|ignorecase|symlinks)$";
const TRUE = /^(true|yes|on|[1-9]\d*)$/i;

export function gitAsker({ capture, env }: Pick<Host, "capture" | "env">): AskGit {
  return async (directory) => {
    // A repository inside the tree may be a stranger's: none of its programs is run for this.
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
    const isThere = await git("--version") !== undefined;
    return isThere
      ? `git does not read the repository (git -C '${directory}' status tells why)`
      : "there is no git program here";
  };
}

/** "core.ignorecase\ntrue\0": of several the last one counts. */
function settings(listed: string): ReadonlyMap<string, string> {
  return new Map(
    listed.split("\0").slice(0, -1).map((one) => {
      const end = one.indexOf("\n");
      return [one.slice(0, end), one.slice(end + 1)];
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

/** https://git-scm.com/docs/gitignore: an empty XDG_CONFIG_HOME counts as none. */
function defaultExcludes(env: Host["env"]): string {
  const home = env.get("HOME");
  const config = env.get("XDG_CONFIG_HOME") || (home ? `${home}/.config` : "");
  return config === "" ? "" : `${config}/git/ignore`;
}
