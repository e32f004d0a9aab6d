/** Lists a directory's files by git and by the walk, for comparison. */
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync } from "node:fs";
import process from "node:process";
import { denoFiles } from "../../src/deno/files/files.ts";
import { gitAsker } from "../../src/tree/git/git_answers.ts";
import { loadIgnore } from "../../src/tree/ignore/ignore.ts";
import { walk } from "../../src/tree/walk.ts";
import { tknDev } from "./program.ts";

/** Only the configuration of the repository counts, not that of this machine. */
const ENV = {
  PATH: process.env.PATH ?? "",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@b",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@b",
};

export function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", args, {
    cwd,
    encoding: "utf8",
    env: ENV,
    stdio: "pipe",
    maxBuffer: 2 ** 28,
  });
}

/**
 * Returns the tracked and untracked files that git does not ignore; for a nested repository, those
 * that git lists in it.
 */
export function gitFiles(root: string): string[] {
  const listed = git(root, "ls-files", "-z", "-co", "--exclude-standard", "--", ".");
  const paths = new Set(listed.split("\0").filter(Boolean).map((path) => path.replace(/\/$/, "")));
  return [...paths].flatMap((path) => {
    const stat = lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
    if (stat === undefined) return []; // tracked but removed
    if (!stat.isDirectory()) return [path];
    if (!existsSync(`${root}/${path}/.git`)) return []; // tracked but now a directory
    return gitFiles(`${root}/${path}`).map((file) => `${path}/${file}`);
  }).sort();
}

const askGit = gitAsker({
  capture: (command, options) =>
    Promise.resolve().then(() => git(options!.cwd!, ...command.slice(1))).catch(() => undefined),
  env: { get: () => undefined },
});

/** Returns the files that the program sends, from the binary that TKN_DEV names, or the source. */
export async function sentFiles(root: string): Promise<string[]> {
  return await (Deno.env.has("TKN_DEV") ? listedFiles(root) : walkedFiles(root));
}

/** Returns the files of the walk. Throws if git does not answer. */
export async function walkedFiles(root: string): Promise<string[]> {
  const onNote = (text: string) => {
    throw new Error(text);
  };
  const entries = walk(denoFiles, root, await loadIgnore(denoFiles, root, { askGit, onNote }));
  const files = (await Array.fromAsync(entries)).filter(({ kind }) => kind !== "directory");
  return files.map(({ path }) => path).sort();
}

async function listedFiles(root: string): Promise<string[]> {
  const listing = ["task", "upload", "any", root, "--list", "--secrets=allow"];
  const { code, stdout, stderr } = await tknDev(listing, { env: ENV });
  if (code !== 0 || stderr !== "") throw new Error(stderr);
  return stdout.split("\n").slice(0, -1).filter((line) => !line.endsWith("/")).sort();
}
