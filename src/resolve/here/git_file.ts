/**
 * Reads one file of a repository by git itself, which knows the user's credentials, proxies and
 * keys. Only the commit and the file are fetched, where the server allows it.
 */
import { ClusterError } from "../../errors.ts";
import type { Host, ProgramOutput } from "../../host.ts";
import { type GitPlace, whyNotReadable } from "../../tekton/git_place.ts";
import { OTHER_REPOSITORY } from "../../tree/git/run_git.ts";

type GitHost = Pick<Host, "run" | "temporaryDirectory" | "env" | "terminal" | "build">;

const LIMIT_MS = 120_000;
const MOST_BYTES = 4 * 1024 * 1024;
/** A server that does not filter sends all files of the commit. */
const MOST_FETCHED_BYTES = 256 * 1024 * 1024;

/** The exit code of a shell for a program that is not there. */
const NOT_FOUND = 127;

/** Throws ClusterError, and FileError if git cannot be run. */
export async function readGitFile(
  host: GitHost,
  place: GitPlace,
  mostFetchedBytes = MOST_FETCHED_BYTES,
): Promise<string> {
  const { url, revision, path } = place;
  const refuse = (why: string, hint?: string) =>
    new ClusterError(`Cannot read "${path}" of "${url}" at "${revision}": ${why}`, { hint });
  const why = whyNotReadable(place);
  if (why !== undefined) throw refuse(why, "look at the params of its reference");
  await using directory = await host.temporaryDirectory();
  const env = await environment(host);
  const limit = limited(host, mostFetchedBytes);
  const git = (...args: string[]) =>
    host.run([...limit, "git", "-C", directory.path, ...args], {
      limitMs: LIMIT_MS,
      env,
      without: OTHER_REPOSITORY,
    });
  const done = async (...args: string[]) => {
    const answer = await git(...args);
    if (answer.code === 0) return answer.stdout;
    if (answer.code === NOT_FOUND) throw refuse("git: no such program", "install git");
    if (/signal 25|file size limit|file too large/i.test(answer.stderr)) {
      throw refuse(`what the server sends is larger than ${mostFetchedBytes >> 20} MiB`);
    }
    throw refuse(reasonOf(answer), hintOf(answer));
  };
  await done("init", "--quiet", "--bare", "--template=");
  await done("remote", "add", "origin", url);
  const fetch = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--depth=1"];
  await done(...fetch, "--filter=blob:none", "origin", revision);
  const file = `FETCH_HEAD:${path}`;
  const type = await git("cat-file", "-t", file);
  if (type.code !== 0) throw refuse("the repository has no such file there", undefined);
  if (type.stdout.trim() !== "blob") throw refuse("it is a directory");
  const size = Number(await done("cat-file", "-s", file));
  if (!(size <= MOST_BYTES)) throw refuse("it is longer than 4 MiB");
  return await done("cat-file", "blob", file);
}

/** Returns the start of a command line that limits the files that the program may write. */
function limited({ build }: GitHost, bytes: number): string[] {
  if (build.platform.startsWith("windows")) return [];
  const blocks = Math.ceil(bytes / 512); // POSIX counts in these
  return ["/bin/sh", "-c", `ulimit -f ${blocks} && exec "$@"`, "sh"];
}

/**
 * git asks questions only on a terminal, and uses no protocol by which a URL could name a program
 * or a file of this machine.
 */
async function environment({ env, run, terminal }: GitHost): Promise<Record<string, string>> {
  const { stdin, stderr } = terminal.isTerminal;
  const asks = stdin && stderr;
  const own = {
    GIT_ALLOW_PROTOCOL: "https:http:ssh:git",
    GIT_TERMINAL_PROMPT: asks ? "1" : "0",
    LC_ALL: "C",
  };
  if (asks || env.get("GIT_SSH") !== undefined) return own;
  const configured = await run(["git", "config", "core.sshCommand"], { limitMs: LIMIT_MS });
  const ssh = env.get("GIT_SSH_COMMAND") || configured.stdout.trim() || "ssh";
  return { ...own, GIT_SSH_COMMAND: `${ssh} -o BatchMode=yes` };
}

/** Returns git's own reason: the last line that says fatal, without that word. */
function reasonOf({ code, stderr }: ProgramOutput): string {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const fatal = lines.findLast((line) => /^(fatal|error|remote): /.test(line)) ?? lines.at(-1);
  return fatal === undefined
    ? `git failed with exit code ${code}`
    : `git says: ${fatal.replace(/^(fatal|error|remote): /, "")}`;
}

function hintOf({ stderr }: ProgramOutput): string | undefined {
  return /terminal prompts disabled|authentication|permission denied|not found/i.test(stderr)
    ? "can git clone it here? its credentials are those of git on this machine"
    : undefined;
}
